-- Grain:   one row per assignment in force
-- Key:     assignment_id
-- Answers: what was assigned to whom, and when was it removed?
-- Not for: what earlier loads said (see landed_lms_assignments)
with

keep_known_rows as (
    select
        landed_lms_assignments.assignment_id,
        landed_lms_assignments.account_id,
        landed_lms_assignments.course_id,
        landed_lms_assignments.assigned_at,
        landed_lms_assignments.due_at,
        landed_lms_assignments.removed_at,
        landed_lms_assignments.origin,
        landed_lms_assignments.trigger_event_ref,
        loads_in_force.source,
        landed_lms_assignments.load_id,
        landed_lms_assignments.row_number,
        row_number() over (
            partition by landed_lms_assignments.assignment_id
            order by loads_in_force.loaded_at desc, landed_lms_assignments.load_id desc, landed_lms_assignments.row_number desc
        ) as key_rank,
    from landed_lms_assignments
    inner join loads_in_force on landed_lms_assignments.load_id = loads_in_force.load_id
),

final as (
    select
        assignment_id,
        account_id,
        course_id,
        assigned_at,
        due_at,
        removed_at,
        origin,
        trigger_event_ref,
        source,
        load_id,
        row_number,
    from keep_known_rows
    where key_rank = 1
)

select * from final
