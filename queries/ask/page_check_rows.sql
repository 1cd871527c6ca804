-- Grain:   one row per offending row of a check, at most $row_limit
-- Answers: which rows failed this check?
-- Not for: how many failed (page_checks): the first 1,000 of each check are kept
select
    check_failures.check_id,
    check_failures.row_number as position,
    check_failures.row,
    count(*) over () as total_rows
from check_failures
where check_failures.check_id = $check_id
order by check_failures.row_number
limit cast($row_limit as bigint)
