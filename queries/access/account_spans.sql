-- Grain:   as account_spans
-- Seen by: site_manager, auditor
select *
from published.account_spans
where account_key in (select account_key from own_accounts)
