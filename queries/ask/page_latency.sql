-- Grain:   one row per event type and action, over all sites, methods and months
-- Answers: how long does the LMS take to answer each kind of HR event?
-- Not for: narrower scopes than the whole organisation
select
    event_type,
    action,
    answers,
    unanswered,
    median_hours,
    median_low_hours,
    median_high_hours,
    p90_hours,
    p90_low_hours,
    p90_high_hours,
    naive_median_hours,
    within_sla_pct,
    not_evaluable,
    not_evaluable_pct
from sync_latency
where
    event_type is not null
    and action is not null
    and site is null
    and integration_method is null
    and month is null
order by event_type, action
