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

asked_requirements as (
    select
        policy_requirements.requirement_id,
        policy_requirements.title,
        policy_requirements.citation,
        policy_requirements.severity,
        policy_requirements.is_site_specific,
    from policy_requirements
    where (
        cast($authorities as varchar[]) is null
        or list_contains(cast($authorities as varchar[]), policy_requirements.authority)
    )
    and (
        cast($citations as varchar[]) is null
        or exists (
            select 1
            from (
                select policy_requirements.citation
                union all
                select policy_requirement_rules.citation
                from policy_requirement_rules
                where policy_requirement_rules.requirement_id = policy_requirements.requirement_id
            ) as stated
            cross join (select unnest(cast($citations as varchar[])) as citation) as asked
            where starts_with(stated.citation, asked.citation)
                and not regexp_matches(substr(stated.citation, length(asked.citation) + 1, 1), '[0-9A-Za-z]')
        )
    )
),

answers as (
    select event_responses.*
    from event_responses
    where event_responses.requirement_id is null
        or event_responses.requirement_id in (select asked_requirements.requirement_id from asked_requirements)
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
