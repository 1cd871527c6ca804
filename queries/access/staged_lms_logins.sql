-- Grain:   as staged_lms_logins
-- Seen by: site_manager, auditor
select staged_lms_logins.*
from published.staged_lms_logins
inner join own_accounts on own_accounts.account_id = staged_lms_logins.account_id
where
    staged_lms_logins.logged_in_at < least(own_accounts.until, (select ends_at from viewer))
    and staged_lms_logins.logged_in_at >= (select starts_at from viewer)
