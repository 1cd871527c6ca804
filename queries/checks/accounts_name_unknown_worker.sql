-- Check:        every worker_ref of an account is a known worker
-- Feed:         lms_accounts
-- Severity:     warning
-- Rows checked: staged_lms_accounts
-- Touches:      account by account_id
-- Do:           correct the worker reference in the LMS, or say whose account it is in identity_overrides
select
    staged_lms_accounts.account_id,
    staged_lms_accounts.worker_ref,
    staged_lms_accounts.status,
from staged_lms_accounts
anti join staged_workers on staged_lms_accounts.worker_ref = staged_workers.worker_id
anti join staged_role_history on staged_lms_accounts.worker_ref = staged_role_history.worker_id
where staged_lms_accounts.worker_ref is not null
