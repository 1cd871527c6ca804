-- Grain:   one row per assignment of the generated company
-- Key:     assignment_id
-- Answers: what staging makes of generated_lms_assignments, without its search for later versions of a row
-- Not for: anything but measuring
with

accounts as (
    select
        account_key,
        account_id,
        cast(substring(account_id, 2) as integer) - 100000000 as number,
    from account_keys
),

courses as (
    select
        course_key,
        course_id,
        cast(substring(course_id, 2) as integer) - 100 as requirement,
    from course_keys
)

select
    generated_lms_assignments.row_number as assignment_key,
    accounts.account_key,
    courses.course_key,
    generated_lms_assignments.assignment_id,
    accounts.account_id,
    courses.course_id,
    generated_lms_assignments.assigned_at,
    generated_lms_assignments.due_at,
    generated_lms_assignments.removed_at,
    generated_lms_assignments.origin,
    generated_lms_assignments.trigger_event_ref,
    'lms_assignments' as source,
    'generated-lms_assignments' as load_id,
    generated_lms_assignments.row_number,
from generated_lms_assignments
inner join courses on generated_lms_assignments.requirement = courses.requirement
inner join accounts on generated_lms_assignments.number = accounts.number
