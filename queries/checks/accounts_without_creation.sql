-- Check:        every account says when it was created
-- Feed:         lms_accounts
-- Severity:     warning
-- Rows checked: staged_lms_accounts
-- Touches:      account by account_id
-- Do:           deliver created_at; without it the account answers no hire and counts as always there
select
    account_id,
    status,
    source,
    row_number,
from staged_lms_accounts
where created_at is null
