-- Grain:   one row per account that belongs to nobody and is active at as_of
-- Answers: which LMS accounts can log in without anyone being known to own them?
-- Not for: leavers (page_stale_accounts), ambiguous accounts (page_unlinked_accounts)
select
    stale_accounts.account_id,
    staged_lms_accounts.username,
    staged_lms_accounts.full_name,
    staged_lms_accounts.email,
    staged_lms_accounts.worker_ref,
    staged_lms_accounts.created_at,
    staged_lms_accounts.last_login_at,
    stale_accounts.open_assignments
from stale_accounts
left join staged_lms_accounts on staged_lms_accounts.account_id = stale_accounts.account_id
where stale_accounts.kind = 'orphan'
order by staged_lms_accounts.last_login_at desc nulls last, stale_accounts.account_id
