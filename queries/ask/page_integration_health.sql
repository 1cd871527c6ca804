-- Grain:   one row per integration in the run log
-- Answers: how well does each integration run, what fails, when was it silent, and what did that cost?
-- Not for: single runs
select
    integration,
    method,
    site,
    runs,
    success_pct,
    failed,
    partly,
    round(median_minutes, 1) as median_minutes,
    round(p90_minutes, 1) as p90_minutes,
    records_in,
    records_failed,
    records_failed_pct,
    silent_days,
    not_evaluable_days,
    last_silent_day as last_silent_on,
    timeouts,
    format_mismatches,
    missing_job_codes,
    authentication_errors,
    other_errors,
    swallowed_events,
    last_ok_at
from integration_health
order by swallowed_events desc, success_pct, integration
