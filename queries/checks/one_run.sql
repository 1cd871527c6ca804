-- Check:        a generation speaks of exactly one run
-- Feed:         models
-- Severity:     blocking
-- Rows checked: run_parameters (at least 1)
-- Expect:       ExpectTableRowCountToEqual {"value": 1}
-- Do:           nothing is published; build the generation again
select
    run_id,
    as_of,
    known_at,
from run_parameters
