-- Grain:   as worker_names
-- Seen by: site_manager, auditor
select *
from published.worker_names
where worker_id in (select worker_id from own_workers)
