-- Grain:   one row per LMS account of the person
-- Answers: which LMS accounts serve this worker, and from when to when?
-- Not for: whether an account should be closed (stale_accounts)
with persons as (
    select person_key
    from worker_keys
    where worker_id = $worker
),

final as (
    select
        account_links.account_id,
        account_links.worker_id,
        account_links.method,
        staged_lms_accounts.username,
        staged_lms_accounts.status,
        staged_lms_accounts.created_at,
        staged_lms_accounts.deactivated_at,
        staged_lms_accounts.last_login_at,
        staged_lms_accounts.load_id,
        staged_lms_accounts.row_number
    from account_links
    inner join persons on persons.person_key = account_links.person_key
    left join staged_lms_accounts on staged_lms_accounts.account_id = account_links.account_id
    where account_links.worker_id is not null
)

select * from final
order by created_at nulls first, account_id
