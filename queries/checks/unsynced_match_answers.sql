-- Check:        unsynced_events counts the missing and late answers of event_responses
-- Feed:         models
-- Severity:     blocking
-- Rows checked: unsynced_events
-- Do:           nothing is published; report it with the rows in check_failures
with

counted_answers as (
    select
        event_id,
        count(*) filter (where verdict = 'missing') as actions_missing,
        count(*) filter (where verdict = 'late') as actions_late,
    from event_responses
    where verdict in ('missing', 'late')
    group by event_id
),

final as (
    select
        coalesce(unsynced_events.event_id, counted_answers.event_id) as event_id,
        unsynced_events.actions_missing,
        counted_answers.actions_missing as answers_missing,
        unsynced_events.actions_late,
        counted_answers.actions_late as answers_late,
    from unsynced_events
    full outer join counted_answers on unsynced_events.event_id = counted_answers.event_id
    where
        unsynced_events.actions_missing is distinct from counted_answers.actions_missing
        or unsynced_events.actions_late is distinct from counted_answers.actions_late
)

select * from final
