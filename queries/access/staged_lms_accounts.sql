-- Grain:   as staged_lms_accounts
-- Seen by: site_manager, auditor
select *
from published.staged_lms_accounts
where account_id in (select account_id from own_accounts)
