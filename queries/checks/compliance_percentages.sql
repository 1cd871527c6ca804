-- Check:        every requirement compliance is a percentage, and the organisation has its row
-- Feed:         models
-- Severity:     blocking
-- Rows checked: compliance (at least 1)
-- Expect:       ExpectColumnValuesToBeBetween {"column": "requirement_compliance_pct", "min_value": 0, "max_value": 100}
-- Do:           nothing is published; report it with the rows in check_failures
select
    site,
    trained,
    gap,
    requirement_compliance_pct,
from compliance
