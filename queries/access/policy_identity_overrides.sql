-- Grain:   as policy_identity_overrides
-- Seen by: site_manager, auditor
select *
from published.policy_identity_overrides
where account_id in (select account_id from own_accounts)
