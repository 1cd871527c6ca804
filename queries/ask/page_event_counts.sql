-- Grain:   one row per event type, action and verdict
-- Answers: how did the LMS answer the HR events of this scope, by type?
-- Not for: single answers (page_events)
with scoped as (
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

final as (
    select
        event_responses.event_type,
        event_responses.action,
        event_responses.verdict,
        count(*) as answers,
        count(distinct event_responses.event_id) as events
    from event_responses
    inner join scoped on scoped.event_id = event_responses.event_id
    group by event_responses.event_type, event_responses.action, event_responses.verdict
)

select * from final
order by event_type, action, verdict
