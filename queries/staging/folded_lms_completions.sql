-- Grain:   one row per row in force of lms_completions, each time it came, from sources whose rows state only what changed
-- Key:     load_order, row_number
-- Answers: what was known of an attempt once that row had come?
-- Not for: what is in force now (see staged_lms_completions); is_newest marks the last word, which may be that it is deleted
with

place_rows as (
    select
        landed_lms_completions.completion_id,
        landed_lms_completions.account_id,
        landed_lms_completions.course_id,
        landed_lms_completions.completed_at,
        landed_lms_completions.result,
        landed_lms_completions.score,
        landed_lms_completions.expires_at,
        landed_lms_completions.recorded_at,
        landed_lms_completions.site,
        landed_lms_completions.course_version,
        landed_lms_completions.evaluator,
        landed_lms_completions.verification_method,
        landed_lms_completions.emptied,
        coalesce(landed_lms_completions.is_deleted, false) as is_deleted,
        known_loads.carries,
        known_loads.source,
        known_loads.load_order,
        landed_lms_completions.load_id,
        landed_lms_completions.row_number,
    from landed_lms_completions
    inner join loads_in_force on landed_lms_completions.load_id = loads_in_force.load_id
    inner join known_loads on loads_in_force.load_id = known_loads.content_load_id
    where
        loads_in_force.is_folded
        and known_loads.is_in_force
        and known_loads.is_applied
        and (landed_lms_completions.recorded_at is null or landed_lms_completions.recorded_at <= (select known_at from run_parameters))
),

number_beginnings as (
    select
        *,
        -- a whole row begins anew, and so does the row after a deletion
        sum(case when carries = 'whole' then 1 else 0 end) over (
            partition by source, completion_id
            order by load_order, row_number
            rows between unbounded preceding and current row
        ) + coalesce(
            sum(case when is_deleted then 1 else 0 end) over (
                partition by source, completion_id
                order by load_order, row_number
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as beginning,
        row_number() over (
            partition by source, completion_id
            order by load_order desc, row_number desc
        ) = 1 as is_newest,
    from place_rows
),

final as (
    select
        completion_id,
        nullif(last_value(case when emptied like '%;account_id;%' then '' else account_id end ignore nulls) over since_whole, '') as account_id,
        nullif(last_value(case when emptied like '%;course_id;%' then '' else course_id end ignore nulls) over since_whole, '') as course_id,
        nullif(last_value(case when emptied like '%;completed_at;%' then timestamp '0001-01-01 00:00:00' else completed_at end ignore nulls) over since_whole, timestamp '0001-01-01 00:00:00') as completed_at,
        nullif(last_value(case when emptied like '%;result;%' then '' else result end ignore nulls) over since_whole, '') as result,
        nullif(last_value(case when emptied like '%;score;%' then '' else score end ignore nulls) over since_whole, '') as score,
        nullif(last_value(case when emptied like '%;expires_at;%' then timestamp '0001-01-01 00:00:00' else expires_at end ignore nulls) over since_whole, timestamp '0001-01-01 00:00:00') as expires_at,
        nullif(last_value(case when emptied like '%;recorded_at;%' then timestamp '0001-01-01 00:00:00' else recorded_at end ignore nulls) over since_whole, timestamp '0001-01-01 00:00:00') as recorded_at,
        nullif(last_value(case when emptied like '%;site;%' then '' else site end ignore nulls) over since_whole, '') as site,
        nullif(last_value(case when emptied like '%;course_version;%' then '' else course_version end ignore nulls) over since_whole, '') as course_version,
        nullif(last_value(case when emptied like '%;evaluator;%' then '' else evaluator end ignore nulls) over since_whole, '') as evaluator,
        nullif(last_value(case when emptied like '%;verification_method;%' then '' else verification_method end ignore nulls) over since_whole, '') as verification_method,
        is_deleted,
        is_newest,
        source,
        load_order,
        load_id,
        row_number,
    from number_beginnings
    window since_whole as (
        partition by source, completion_id, beginning
        order by load_order, row_number
        rows between unbounded preceding and current row
    )
)

select * from final
