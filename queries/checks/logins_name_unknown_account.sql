-- Check:        every account of an LMS login is in the accounts feed
-- Feed:         lms_logins
-- Severity:     warning
-- Rows checked: staged_lms_logins
-- Do:           deliver the missing accounts; until then these logins count for nobody
select
    staged_lms_logins.account_id,
    count(*) as rows_of_account,
    min(staged_lms_logins.logged_in_at) as first_logged_in_at,
from staged_lms_logins
anti join staged_lms_accounts on staged_lms_logins.account_id = staged_lms_accounts.account_id
group by staged_lms_logins.account_id
