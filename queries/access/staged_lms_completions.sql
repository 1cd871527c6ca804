-- Grain:   as staged_lms_completions
-- Seen by: site_manager, auditor
select staged_lms_completions.*
from published.staged_lms_completions
inner join own_accounts on own_accounts.account_id = staged_lms_completions.account_id
where
    staged_lms_completions.completed_at < least(own_accounts.until, (select ends_at from viewer))
    and (
        staged_lms_completions.completed_at >= (select starts_at from viewer)
        or staged_lms_completions.completion_id in (
            select completion_id
            from published.credential_periods
            where coalesce(valid_to, timestamp 'infinity') > (select starts_at from viewer)
        )
    )
