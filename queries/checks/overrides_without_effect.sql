-- Check:        every identity override names a known account and, unless it says nobody, a known worker
-- Feed:         policy
-- Severity:     warning
-- Rows checked: policy_identity_overrides
-- Touches:      account by account_id
-- Do:           correct the row in identity_overrides; it links nothing as it stands
with

known_workers as (
    select worker_id from staged_workers
    union
    select worker_id from staged_role_history
),

final as (
    select
        overrides.account_id,
        overrides.worker_id,
        overrides.row_number,
    from policy_identity_overrides as overrides
    left join known_workers on overrides.worker_id = known_workers.worker_id
    left join staged_lms_accounts as accounts on overrides.account_id = accounts.account_id
    where
        accounts.account_id is null
        or (overrides.worker_id is not null and known_workers.worker_id is null)
)

select * from final
