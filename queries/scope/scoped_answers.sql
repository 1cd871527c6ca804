-- Grain:   as event_responses
-- Key:     event_id, action, requirement_id, site
-- Answers: what the LMS made of each HR event, with all that a reader may narrow it by
-- Not for: HR events that call for nothing (scoped_events)
-- is_first marks one row of each event, action and verdict.
with

final as (
    select
        event_responses.event_id,
        event_responses.worker_id,
        event_responses.event_type,
        event_responses.effective_at,
        event_responses.action,
        event_responses.requirement_id,
        event_responses.site,
        event_responses.clock_at,
        event_responses.due_at,
        event_responses.responded_at,
        event_responses.latency_hours,
        event_responses.verdict,
        hr_events.event_key,
        hr_events.recorded_at,
        coalesce(hr_events.site, hr_events.previous_site) as event_site,
        role_intervals.department,
        role_intervals.employment_type,
        row_number() over (
            partition by hr_events.event_key, event_responses.action, event_responses.verdict
            order by event_responses.requirement_id, event_responses.site
        ) = 1 as is_first,
    from event_responses
    inner join hr_events on event_responses.event_id = hr_events.event_id
    inner join role_intervals on hr_events.event_key // 20 = role_intervals.role_key
)

select * from final
-- the newest lie together: whoever reads the ledger from its top skips the others
order by effective_at desc
