-- Grain:   one row per critical or blocking check (and feed) that did not pass
-- Answers: which checks ask for somebody at once?
-- Not for: warnings (they travel with the findings)
select
    check_id,
    coalesce(feed, '') as feed,
    severity,
    status,
    coalesce(rows_failed, 0) as rows_failed,
    coalesce(rows_checked, 0) as rows_checked
from check_results
where status <> 'pass' and severity in ('blocking', 'critical')
order by check_id, feed
