-- Grain:   one row per status and method of account links
-- Answers: how were LMS accounts matched to workers?
-- Not for: single accounts
select
    status,
    method,
    count(*) as accounts
from account_links
group by status, method
order by accounts desc, status, method
