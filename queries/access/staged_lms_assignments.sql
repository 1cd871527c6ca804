-- Grain:   as staged_lms_assignments
-- Seen by: site_manager, auditor
select staged_lms_assignments.*
from published.staged_lms_assignments
inner join own_accounts on own_accounts.account_id = staged_lms_assignments.account_id
where
    staged_lms_assignments.assigned_at < least(own_accounts.until, (select ends_at from viewer))
    and (
        staged_lms_assignments.assigned_at >= (select starts_at from viewer)
        or coalesce(staged_lms_assignments.removed_at, timestamp 'infinity') > (select starts_at from viewer)
    )
