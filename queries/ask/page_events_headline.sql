-- Grain:   one row
-- Answers: how many HR events did the LMS answer late or not at all, and how many had it a week earlier?
-- Not for: the events themselves (page_events)
-- A week earlier an event was unsynced when one of its late or missing answers had been due by then.
with run as (
    select as_of - interval '7' day as week_start
    from run_parameters
),

scoped as (
    select hr_events.*
    from hr_events
    where
        (cast($site as varchar) is null or coalesce(hr_events.site, hr_events.previous_site) = $site)
        and (
            (cast($department as varchar) is null and cast($employment_type as varchar) is null)
            or exists (
                select 1
                from role_states
                where
                    role_states.worker_id = hr_events.worker_id
                    and ($department is null or role_states.department = $department)
                    and ($employment_type is null or role_states.employment_type = $employment_type)
                    and role_states.valid_from <= hr_events.effective_at
                    and (role_states.valid_to is null or role_states.valid_to >= hr_events.effective_at)
            )
        )
),

failed as (
    select
        event_responses.event_id,
        min(event_responses.due_at) as first_due_at
    from event_responses
    where event_responses.verdict in ('late', 'missing')
    group by event_responses.event_id
),

called_for as (
    select
        event_id,
        count(*) filter (where verdict <> 'pending') as answers_due,
        count(*) filter (where verdict = 'not_evaluable') as answers_not_evaluable
    from event_responses
    group by event_id
),

final as (
    select
        count(*) filter (where scoped.effective_at <= run_parameters.as_of) as events,
        count(called_for.event_id) as events_with_answers_due,
        count(unsynced_events.event_id) as unsynced,
        count(unsynced_events.event_id) filter (where failed.first_due_at <= run.week_start) as unsynced_before,
        count(unsynced_events.event_id) filter (where unsynced_events.actions_missing > 0) as unanswered,
        coalesce(cast(sum(called_for.answers_due) as bigint), 0) as answers_due,
        coalesce(cast(sum(called_for.answers_not_evaluable) as bigint), 0) as answers_not_evaluable,
        max(evaluability.answers_because) as answers_because
    from scoped
    cross join run
    cross join run_parameters
    left join evaluability on evaluability.site is null
    left join called_for on called_for.event_id = scoped.event_id
    left join failed on failed.event_id = scoped.event_id
    left join unsynced_events on unsynced_events.event_id = scoped.event_id
)

select * from final
