-- Grain:   one row per LMS account that is ambiguous or linked to nobody
-- Answers: which accounts wait for somebody to decide whose they are?
-- Not for: whether they are active (page_orphan_accounts)
select
    account_links.account_id,
    account_links.status,
    staged_lms_accounts.worker_ref,
    staged_lms_accounts.username,
    staged_lms_accounts.full_name,
    staged_lms_accounts.email,
    staged_lms_accounts.status as account_status,
    staged_lms_accounts.created_at,
    policy_identity_overrides.decided_by,
    policy_identity_overrides.decided_at,
    policy_identity_overrides.reason
from account_links
left join staged_lms_accounts on staged_lms_accounts.account_id = account_links.account_id
left join policy_identity_overrides on policy_identity_overrides.account_id = account_links.account_id
where account_links.status in ('ambiguous', 'unlinked')
qualify
    row_number() over (
        partition by account_links.account_id order by policy_identity_overrides.decided_at desc nulls last
    ) = 1
order by account_links.status, account_links.account_id
