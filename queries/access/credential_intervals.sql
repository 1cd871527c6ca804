-- Grain:   as credential_intervals
-- Seen by: site_manager, auditor
-- Training travels with the worker: what was earned elsewhere before counts, and is seen.
select credential_intervals.*
from published.credential_intervals
inner join own_workers on own_workers.worker_key = credential_intervals.worker_key
left join published.site_keys on site_keys.site_key = credential_intervals.site_key
where
    credential_intervals.valid_from < least(own_workers.until, (select ends_at from viewer))
    and credential_intervals.valid_to > (select starts_at from viewer)
    and (
        site_keys.site is null
        or (select sees_all_sites from viewer)
        or site_keys.site in (select site from viewer_sites)
    )
