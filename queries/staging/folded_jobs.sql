-- Grain:   one row per row in force of jobs, each time it came, from sources whose rows state only what changed
-- Key:     load_order, row_number
-- Answers: what was known of a job code once that row had come?
-- Not for: what is in force now (see staged_jobs); is_newest marks the last word, which may be that it is deleted
with

place_rows as (
    select
        landed_jobs.job_code,
        landed_jobs.job_title,
        landed_jobs.training_profile,
        landed_jobs.emptied,
        coalesce(landed_jobs.is_deleted, false) as is_deleted,
        known_loads.carries,
        known_loads.source,
        known_loads.load_order,
        landed_jobs.load_id,
        landed_jobs.row_number,
    from landed_jobs
    inner join loads_in_force on landed_jobs.load_id = loads_in_force.load_id
    inner join known_loads on loads_in_force.load_id = known_loads.content_load_id
    where
        loads_in_force.is_folded
        and known_loads.is_in_force
        and known_loads.is_applied
),

number_beginnings as (
    select
        *,
        -- a whole row begins anew, and so does the row after a deletion
        sum(case when carries = 'whole' then 1 else 0 end) over (
            partition by source, job_code
            order by load_order, row_number
            rows between unbounded preceding and current row
        ) + coalesce(
            sum(case when is_deleted then 1 else 0 end) over (
                partition by source, job_code
                order by load_order, row_number
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as beginning,
        row_number() over (
            partition by source, job_code
            order by load_order desc, row_number desc
        ) = 1 as is_newest,
    from place_rows
),

final as (
    select
        job_code,
        nullif(last_value(case when emptied like '%;job_title;%' then '' else job_title end ignore nulls) over since_whole, '') as job_title,
        nullif(last_value(case when emptied like '%;training_profile;%' then '' else training_profile end ignore nulls) over since_whole, '') as training_profile,
        is_deleted,
        is_newest,
        source,
        load_order,
        load_id,
        row_number,
    from number_beginnings
    window since_whole as (
        partition by source, job_code, beginning
        order by load_order, row_number
        rows between unbounded preceding and current row
    )
)

select * from final
