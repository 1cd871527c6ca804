-- Grain:   as reactivated_accounts
-- Seen by: site_manager, auditor
select reactivated_accounts.*
from published.reactivated_accounts
inner join own_accounts on own_accounts.account_id = reactivated_accounts.account_id
where reactivated_accounts.reactivated_at < (select ends_at from viewer)
