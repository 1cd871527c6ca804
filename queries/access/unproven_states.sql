-- Grain:   as unproven_states
-- Seen by: site_manager, auditor
select *
from published.unproven_states
where
    worker_id in (select worker_id from own_workers)
    and ((select sees_all_sites from viewer) or site is null or site in (select site from viewer_sites))
    and valid_from < (select ends_at from viewer)
    and coalesce(valid_to, timestamp 'infinity') > (select starts_at from viewer)
