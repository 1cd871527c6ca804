-- Grain:   as worker_keys
-- Seen by: site_manager, auditor
select *
from published.worker_keys
where worker_id in (select worker_id from own_workers)
