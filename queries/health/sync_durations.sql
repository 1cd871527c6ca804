-- Grain:   one row per answer whose speed is judged: account made, course assigned, account closed
-- Key:     event_id, action, requirement_id, requirement_site
-- Answers: how long did each answer of the LMS take, or has it been waited for, and where?
-- Not for: answers whose clock starts before the LMS feed covers (they are not_evaluable)
with

final as (
    select
        event_responses.event_id,
        event_responses.action,
        event_responses.requirement_id,
        event_responses.site as requirement_site,
        event_responses.worker_id,
        event_responses.event_type,
        event_responses.effective_at,
        event_responses.clock_at,
        event_responses.due_at,
        event_responses.responded_at,
        event_responses.verdict,
        (epoch_us(event_responses.due_at) - epoch_us(event_responses.clock_at)) / 3600000000.0 as sla_hours,
        case when hr_events.is_assignment_end then hr_events.previous_site else hr_events.site end as site,
        site_keys.integration_method,
        site_keys.facility_type,
        strftime(event_responses.clock_at, '%Y-%m') as month,
        event_responses.responded_at is not null as is_answered,
        greatest(
            coalesce(
                event_responses.latency_hours,
                (epoch_us((select as_of from run_parameters)) - epoch_us(event_responses.clock_at)) / 3600000000.0
            ),
            0.0
        ) as hours,
    from event_responses
    inner join hr_events on event_responses.event_id = hr_events.event_id
    left join site_keys
        on case when hr_events.is_assignment_end then hr_events.previous_site else hr_events.site end = site_keys.site
    where
        event_responses.action in ('create_account', 'assign', 'deactivate_account')
        and event_responses.verdict <> 'not_evaluable'
)

select * from final
