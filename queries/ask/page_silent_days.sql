-- Grain:   one row per integration and day without a run on which one was expected
-- Answers: on which days was the integration silent?
-- Not for: the running day
select
    integration,
    site,
    day as silent_on
from sync_run_days
where is_silent
order by day desc, integration
