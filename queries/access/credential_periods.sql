-- Grain:   as credential_periods
-- Seen by: site_manager, auditor
-- Training travels with the worker: what was earned elsewhere before counts, and is seen.
select credential_periods.*
from published.credential_periods
inner join own_workers on own_workers.worker_id = credential_periods.worker_id
where
    credential_periods.valid_from < least(own_workers.until, (select ends_at from viewer))
    and coalesce(credential_periods.valid_to, timestamp 'infinity') > (select starts_at from viewer)
    and (
        credential_periods.site is null
        or (select sees_all_sites from viewer)
        or credential_periods.site in (select site from viewer_sites)
    )
