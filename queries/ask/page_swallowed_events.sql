-- Grain:   one row per HR event answered late or never and failure that can explain it
-- Answers: which HR events did each failure of the integration swallow?
-- Not for: events lost without a trace in the log
select
    swallowed_events.failed_at,
    swallowed_events.integration,
    swallowed_events.failure,
    swallowed_events.error_class,
    swallowed_events.run_id,
    swallowed_events.worker_id,
    swallowed_events.event_type,
    swallowed_events.effective_at,
    swallowed_events.actions_missing,
    swallowed_events.actions_late,
    swallowed_events.hours_overdue,
    count(*) over () as total_rows
from swallowed_events
order by swallowed_events.failed_at desc, swallowed_events.event_id, swallowed_events.failure, swallowed_events.run_id
limit $row_limit
