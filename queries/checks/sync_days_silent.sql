-- Check:        the integration ran on every day on which it usually does
-- Feed:         sync_runs
-- Severity:     warning
-- Rows checked: sync_run_days
-- Do:           ask its owner what happened that day; changes of that day reached the LMS late or never
select
    integration,
    day,
    site,
    method,
from sync_run_days
where is_silent
