-- Grain:   one row per integration method, event type and action; NULL event type and action: all of the method
-- Answers: how fast does each way of connecting HRIS and LMS answer?
-- Not for: single sites
select
    integration_method,
    event_type,
    action,
    answers,
    unanswered,
    median_hours,
    p90_hours,
    within_sla_pct,
    not_evaluable,
    not_evaluable_pct
from sync_latency
where
    integration_method is not null
    and site is null
    and month is null
order by integration_method, event_type is not null, event_type, action is not null, action
