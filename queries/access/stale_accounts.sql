-- Grain:   as stale_accounts
-- Seen by: site_manager, auditor
-- Those of scoped_accounts.
select stale_accounts.*
from published.stale_accounts
semi join scoped_accounts
    on scoped_accounts.account_id = stale_accounts.account_id
    and scoped_accounts.ended_at is not distinct from stale_accounts.ended_at
