-- Grain:   one row per assignment of a listed account made by as_of
-- Key:     assignment_key
-- Answers: from when to when was an assignment open, and what closed it?
-- Not for: what it counts for (see assignment_credits); an open end is 9999-12-31 here
with

assignments as (
    select
        staged_lms_assignments.assignment_key,
        staged_lms_assignments.account_key,
        staged_lms_assignments.course_key,
        staged_lms_assignments.assigned_at,
        case
            when staged_lms_assignments.removed_at <= (select as_of from run_parameters)
                then staged_lms_assignments.removed_at
            else timestamp '9999-12-31 00:00:00'
        end as removed_at,
    from staged_lms_assignments
    where staged_lms_assignments.assigned_at <= (select as_of from run_parameters)
),

passes as (
    select account_key, course_key, completed_at
    from staged_lms_completions
    where
        completed_at <= (select as_of from run_parameters)
        and result in ('passed', 'completed', 'waived')
),

find_next_pass as (
    select
        assignments.*,
        coalesce(passes.completed_at, timestamp '9999-12-31 00:00:00') as passed_at,
    from assignments
    asof left join passes
        on assignments.account_key = passes.account_key
        and assignments.course_key = passes.course_key
        and assignments.assigned_at <= passes.completed_at
),

final as (
    select
        find_next_pass.assignment_key,
        find_next_pass.account_key,
        account_links.person_key,
        find_next_pass.course_key,
        find_next_pass.assigned_at,
        least(find_next_pass.removed_at, find_next_pass.passed_at) as closed_at,
        case
            when find_next_pass.removed_at < find_next_pass.passed_at then 'removed'
            when find_next_pass.passed_at < timestamp '9999-12-31 00:00:00' then 'completed'
        end as closed_by,
    from find_next_pass
    inner join account_links on find_next_pass.account_key = account_links.account_key
)

select * from final
