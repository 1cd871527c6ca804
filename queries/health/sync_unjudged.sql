-- Grain:   one row per answer whose speed can't be judged
-- Key:     event_id, action, requirement_id, requirement_site
-- Answers: which answers are missing from sync_durations, because the LMS feed does not reach back or stopped?
-- Not for: answers that are not due yet (they are pending, and wait in sync_durations)
with

final as (
    select
        event_responses.event_id,
        event_responses.action,
        event_responses.requirement_id,
        event_responses.site as requirement_site,
        event_responses.event_type,
        case when hr_events.is_assignment_end then hr_events.previous_site else hr_events.site end as site,
        site_keys.integration_method,
        strftime(event_responses.clock_at, '%Y-%m') as month,
    from event_responses
    inner join hr_events on event_responses.event_id = hr_events.event_id
    left join site_keys
        on case when hr_events.is_assignment_end then hr_events.previous_site else hr_events.site end = site_keys.site
    where
        event_responses.action in ('create_account', 'assign', 'deactivate_account')
        and event_responses.verdict = 'not_evaluable'
)

select * from final
