-- Grain:   as account_candidates
-- Seen by: site_manager, auditor
-- Whose account it could be is a question about all sites.
select *
from published.account_candidates
where account_id in (select account_id from own_accounts) and (select sees_all_sites from viewer)
