-- Grain:   one row per employed role of a worker in scope, per interval in the period
-- Answers: who is in scope, in which role and where, leavers and contractors too?
-- Not for: counting people without is_first_row (a person may hold several roles)
with

scoped_roles as (
    select role_states.*
    from role_states
    where role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= cast($period_to as timestamp)
        and (
            role_states.valid_to is null
            or cast($period_from as timestamp) is null
            or role_states.valid_to > cast($period_from as timestamp)
        )
        and (
            cast($sites as varchar[]) is null
            or list_contains(cast($sites as varchar[]), role_states.site)
        )
        and (
            cast($departments as varchar[]) is null
            or list_contains(cast($departments as varchar[]), role_states.department)
        )
        and (
            cast($workers as varchar[]) is null
            or list_contains(cast($workers as varchar[]), role_states.worker_id)
        )
),

last_ends as (
    select
        hr_events.worker_id,
        max(hr_events.effective_at) as ended_at,
        max_by(hr_events.event_type, hr_events.effective_at) as ended_by,
    from hr_events
    where hr_events.event_type in ('termination', 'contract_end')
        and hr_events.effective_at <= cast($period_to as timestamp)
    group by hr_events.worker_id
),

employed_at_end as (
    select distinct role_states.worker_id
    from role_states
    where role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= cast($period_to as timestamp)
        and (role_states.valid_to is null or role_states.valid_to > cast($period_to as timestamp))
),

final as (
    select
        scoped_roles.worker_id,
        staged_workers.full_name,
        coalesce(staged_workers.person_id, scoped_roles.worker_id) as person_id,
        scoped_roles.assignment_key,
        scoped_roles.employment_type,
        scoped_roles.status,
        scoped_roles.job_code,
        scoped_roles.job_title,
        scoped_roles.department,
        scoped_roles.site,
        scoped_roles.task_scope,
        scoped_roles.agency,
        scoped_roles.sponsor_id,
        scoped_roles.contract_end_on,
        scoped_roles.valid_from,
        scoped_roles.valid_to,
        scoped_roles.recorded_at,
        employed_at_end.worker_id is not null as is_employed_at_end,
        case when employed_at_end.worker_id is null then last_ends.ended_at end as ended_at,
        case when employed_at_end.worker_id is null then last_ends.ended_by end as ended_by,
        row_number() over (
            partition by scoped_roles.worker_id
            order by
                scoped_roles.assignment_key <> 'primary',
                scoped_roles.assignment_key,
                scoped_roles.valid_from
        ) = 1 as is_first_row,
    from scoped_roles
    left join staged_workers on scoped_roles.worker_id = staged_workers.worker_id
    left join last_ends on scoped_roles.worker_id = last_ends.worker_id
    left join employed_at_end on scoped_roles.worker_id = employed_at_end.worker_id
    order by
        scoped_roles.worker_id,
        scoped_roles.assignment_key <> 'primary',
        scoped_roles.assignment_key,
        scoped_roles.valid_from
)

select * from final
