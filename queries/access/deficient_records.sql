-- Grain:   as deficient_records
-- Seen by: site_manager, auditor
select *
from published.deficient_records
where
    worker_id in (select worker_id from own_workers)
    and ((select sees_all_sites from viewer) or site is null or site in (select site from viewer_sites))
