-- Check:        every answer's verdict agrees with its clock, due and response times
-- Feed:         models
-- Severity:     blocking
-- Rows checked: event_responses
-- Do:           nothing is published; report it with the rows in check_failures
select
    responses.event_id,
    responses.action,
    responses.requirement_id,
    responses.clock_at,
    responses.due_at,
    responses.responded_at,
    responses.verdict,
from event_responses as responses
cross join run_parameters
where
    not coalesce(
        case responses.verdict
            when 'early' then responses.responded_at < responses.clock_at and responses.latency_hours < 0
            when 'on_time' then responses.responded_at between responses.clock_at and responses.due_at
            when 'late' then responses.responded_at > responses.due_at
            when 'missing' then responses.responded_at is null and responses.due_at <= run_parameters.as_of
            when 'pending' then responses.responded_at is null and responses.due_at > run_parameters.as_of
            when 'not_evaluable' then responses.responded_at is null
            else false
        end,
        false
    )
