-- Grain:   one row per assignment in force
-- Key:     assignment_id
-- Answers: what was assigned to whom, and when was it removed?
-- Not for: what earlier loads said; account_key is NULL where the account is not in lms_accounts (see landed_lms_assignments)
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
        row_number() over (order by keep_known_rows.assignment_id) as assignment_key,
        account_keys.account_key,
        course_keys.course_key,
        keep_known_rows.assignment_id,
        keep_known_rows.account_id,
        keep_known_rows.course_id,
        keep_known_rows.assigned_at,
        keep_known_rows.due_at,
        keep_known_rows.removed_at,
        keep_known_rows.origin,
        keep_known_rows.trigger_event_ref,
        keep_known_rows.source,
        keep_known_rows.load_id,
        keep_known_rows.row_number,
    from keep_known_rows
    inner join course_keys on keep_known_rows.course_id = course_keys.course_id
    left join account_keys on keep_known_rows.account_id = account_keys.account_id
    where keep_known_rows.key_rank = 1
)

select * from final
