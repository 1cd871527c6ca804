-- Grain:   as account_links
-- Seen by: site_manager, auditor
select *
from published.account_links
where account_id in (select account_id from own_accounts)
