-- Check:        the timeline ends at as_of: nothing starts or ends after it
-- Feed:         models
-- Severity:     blocking
-- Rows checked: compliance_timeline
-- Do:           nothing is published; report it with the rows in check_failures
select
    segments.worker_id,
    segments.requirement_id,
    segments.valid_from,
    segments.valid_to,
    run_parameters.as_of,
from compliance_timeline as segments
cross join run_parameters
where segments.valid_from > run_parameters.as_of or segments.valid_to > run_parameters.as_of
