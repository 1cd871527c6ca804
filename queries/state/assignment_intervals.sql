-- Grain:   one row per assignment of a listed account made by as_of
-- Key:     assignment_key
-- Answers: from when to when was an assignment open, and what closed it?
-- Not for: what it counts for (see assignment_credits); an open end is 9999-12-31 here
with

assignments as (
    select
        row_number() over (order by staged_lms_assignments.assignment_id) as assignment_key,
        account_links.account_key,
        account_links.person_key,
        staged_lms_assignments.course_id,
        staged_lms_assignments.assigned_at,
        case
            when staged_lms_assignments.removed_at <= (select as_of from run_parameters) then staged_lms_assignments.removed_at
            else timestamp '9999-12-31 00:00:00'
        end as removed_at,
    from staged_lms_assignments
    inner join account_links on staged_lms_assignments.account_id = account_links.account_id
    where staged_lms_assignments.assigned_at <= (select as_of from run_parameters)
),

passes as (
    select
        account_links.account_key,
        staged_lms_completions.course_id,
        staged_lms_completions.completed_at,
    from staged_lms_completions
    inner join account_links on staged_lms_completions.account_id = account_links.account_id
    where
        staged_lms_completions.completed_at <= (select as_of from run_parameters)
        and staged_lms_completions.result in ('passed', 'completed', 'waived')
),

assignments_and_passes as (
    select assignment_key, account_key, person_key, course_id, assigned_at as happens_at, removed_at, null as passed_at
    from assignments
    union all
    select null as assignment_key, account_key, null as person_key, course_id, completed_at as happens_at, null as removed_at,
        completed_at as passed_at
    from passes
),

find_next_pass as (
    select
        assignment_key,
        account_key,
        person_key,
        course_id,
        happens_at as assigned_at,
        removed_at,
        coalesce(
            min(passed_at) over (
                partition by account_key, course_id
                order by happens_at desc
                range between unbounded preceding and current row
            ),
            timestamp '9999-12-31 00:00:00'
        ) as passed_at,
    from assignments_and_passes
),

final as (
    select
        assignment_key,
        account_key,
        person_key,
        course_id,
        assigned_at,
        least(removed_at, passed_at) as closed_at,
        case
            when removed_at < passed_at then 'removed'
            when passed_at < timestamp '9999-12-31 00:00:00' then 'completed'
        end as closed_by,
    from find_next_pass
    where assignment_key is not null
)

select * from final
