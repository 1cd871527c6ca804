-- Grain:   one row per HR event, LMS action it calls for, and requirement concerned
-- Key:     event_id, action, requirement_id, site
-- Answers: did the LMS do what an HR event calls for, and in time?
-- Not for: policy changes (a requirement that starts by a rule's date calls for nothing)
with

weigh_cover as (
    select
        hr_events.event_id,
        hr_events.worker_key,
        hr_events.worker_id,
        hr_events.event_type,
        hr_events.effective_at,
        event_calls.action,
        event_calls.requirement_id,
        event_calls.site,
        event_due.clock_at,
        event_due.due_at,
        event_calls.responded_at,
        (select as_of from run_parameters) as as_of,
        event_due.newest_loaded_at,
        event_due.covers_from is null or event_due.clock_at < event_due.covers_from as is_before_cover,
    from event_calls
    inner join hr_events on event_calls.event_key = hr_events.event_key
    inner join event_due
        on event_calls.event_key = event_due.event_key
        and event_calls.action = event_due.action
),

final as (
    select
        event_id,
        worker_id,
        event_type,
        effective_at,
        action,
        requirement_id,
        site,
        clock_at,
        due_at,
        case when not is_before_cover then responded_at end as responded_at,
        case when not is_before_cover then (epoch_us(responded_at) - epoch_us(clock_at)) / 3600000000.0 end
            as latency_hours,
        case
            when is_before_cover then 'not_evaluable'
            when responded_at < clock_at then 'early'
            when responded_at <= due_at then 'on_time'
            when responded_at is not null then 'late'
            when due_at > as_of then 'pending'
            when newest_loaded_at is null or due_at > newest_loaded_at then 'not_evaluable'
            else 'missing'
        end as verdict,
        worker_key,
    from weigh_cover
)

select * from final
