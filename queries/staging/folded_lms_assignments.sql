-- Grain:   one row per row in force of lms_assignments, each time it came, from sources whose rows state only what changed
-- Key:     load_order, row_number
-- Answers: what was known of an assignment once that row had come?
-- Not for: what is in force now (see staged_lms_assignments); is_newest marks the last word, which may be that it is deleted
with

place_rows as (
    select
        landed_lms_assignments.assignment_id,
        landed_lms_assignments.account_id,
        landed_lms_assignments.course_id,
        landed_lms_assignments.assigned_at,
        landed_lms_assignments.due_at,
        landed_lms_assignments.removed_at,
        landed_lms_assignments.origin,
        landed_lms_assignments.trigger_event_ref,
        landed_lms_assignments.emptied,
        coalesce(landed_lms_assignments.is_deleted, false) as is_deleted,
        known_loads.carries,
        known_loads.source,
        known_loads.load_order,
        landed_lms_assignments.load_id,
        landed_lms_assignments.row_number,
    from landed_lms_assignments
    inner join loads_in_force on landed_lms_assignments.load_id = loads_in_force.load_id
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
            partition by source, assignment_id
            order by load_order, row_number
            rows between unbounded preceding and current row
        ) + coalesce(
            sum(case when is_deleted then 1 else 0 end) over (
                partition by source, assignment_id
                order by load_order, row_number
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as beginning,
        row_number() over (
            partition by source, assignment_id
            order by load_order desc, row_number desc
        ) = 1 as is_newest,
    from place_rows
),

final as (
    select
        assignment_id,
        nullif(last_value(case when emptied like '%;account_id;%' then '' else account_id end ignore nulls) over since_whole, '') as account_id,
        nullif(last_value(case when emptied like '%;course_id;%' then '' else course_id end ignore nulls) over since_whole, '') as course_id,
        nullif(last_value(case when emptied like '%;assigned_at;%' then timestamp '0001-01-01 00:00:00' else assigned_at end ignore nulls) over since_whole, timestamp '0001-01-01 00:00:00') as assigned_at,
        nullif(last_value(case when emptied like '%;due_at;%' then timestamp '0001-01-01 00:00:00' else due_at end ignore nulls) over since_whole, timestamp '0001-01-01 00:00:00') as due_at,
        nullif(last_value(case when emptied like '%;removed_at;%' then timestamp '0001-01-01 00:00:00' else removed_at end ignore nulls) over since_whole, timestamp '0001-01-01 00:00:00') as removed_at,
        nullif(last_value(case when emptied like '%;origin;%' then '' else origin end ignore nulls) over since_whole, '') as origin,
        nullif(last_value(case when emptied like '%;trigger_event_ref;%' then '' else trigger_event_ref end ignore nulls) over since_whole, '') as trigger_event_ref,
        is_deleted,
        is_newest,
        source,
        load_order,
        load_id,
        row_number,
    from number_beginnings
    window since_whole as (
        partition by source, assignment_id, beginning
        order by load_order, row_number
        rows between unbounded preceding and current row
    )
)

select * from final
