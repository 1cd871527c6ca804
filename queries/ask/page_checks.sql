-- Grain:   one row per check and feed
-- Answers: which checks failed, the gravest first?
-- Not for: the offending rows
select
    check_id,
    feed,
    severity,
    status,
    rows_checked,
    rows_failed,
    detail
from check_results
order by
    case status when 'error' then 0 when 'fail' then 1 else 2 end,
    case severity when 'blocking' then 0 when 'critical' then 1 else 2 end,
    rows_failed desc,
    check_id,
    feed
