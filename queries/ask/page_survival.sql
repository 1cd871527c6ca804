-- Grain:   one row per integration method and step of its curve
-- Answers: what share of HR events was still unanswered after so many hours, by method, with 95 % bands?
-- Not for: medians by site and month (sync_latency)
select
    integration_method,
    hours,
    at_risk,
    answers,
    still_waiting,
    unanswered_pct,
    unanswered_low_pct,
    unanswered_high_pct
from survival_steps
where
    action = $action
    and site is not distinct from cast($site as varchar)
order by integration_method, hours
