-- Grain:   one row per HR event of a worker in scope in the period and LMS action it calls for (one row when none)
-- Answers: did the LMS answer each HR event, by when should it have, and how late was it?
-- Not for: counting events without is_first_row (an event may call for several actions)
with

scoped_workers as (
    select distinct role_states.worker_id
    from role_states
    where role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= cast($period_to as timestamp)
        and (
            role_states.valid_to is null
            or cast($period_from as timestamp) is null
            or role_states.valid_to > cast($period_from as timestamp)
        )
        and (cast($site as varchar) is null or role_states.site = cast($site as varchar))
        and (
            cast($workers as varchar[]) is null
            or list_contains(cast($workers as varchar[]), role_states.worker_id)
        )
),

answers as (
    select event_responses.*
    from event_responses
    where cast($authority as varchar) is null
        or event_responses.requirement_id is null
        or event_responses.requirement_id in (
            select policy_requirements.requirement_id
            from policy_requirements
            where policy_requirements.authority = cast($authority as varchar)
        )
),

final as (
    select
        hr_events.event_id,
        hr_events.worker_id,
        staged_workers.full_name,
        hr_events.assignment_key,
        hr_events.event_type,
        hr_events.effective_at,
        hr_events.recorded_at,
        hr_events.previous_job_code,
        hr_events.job_code,
        hr_events.previous_site,
        hr_events.site,
        answers.action,
        answers.requirement_id,
        answers.site as requirement_site,
        answers.clock_at,
        date_diff('second', answers.clock_at, answers.due_at) / 3600.0 as sla_hours,
        answers.due_at,
        answers.responded_at,
        answers.latency_hours,
        answers.verdict,
        row_number() over (
            partition by hr_events.event_id
            order by answers.action, answers.requirement_id, answers.site
        ) = 1 as is_first_row,
    from hr_events
    semi join scoped_workers on hr_events.worker_id = scoped_workers.worker_id
    left join answers on hr_events.event_id = answers.event_id
    left join staged_workers on hr_events.worker_id = staged_workers.worker_id
    where hr_events.effective_at <= cast($period_to as timestamp)
        and (
            cast($period_from as timestamp) is null
            or hr_events.effective_at >= cast($period_from as timestamp)
        )
    order by
        hr_events.worker_id,
        hr_events.effective_at,
        hr_events.event_id,
        answers.action,
        answers.requirement_id,
        answers.site
)

select * from final
