-- Grain:   as account_periods
-- Seen by: site_manager, auditor
select *
from published.account_periods
where account_key in (select account_key from own_accounts)
