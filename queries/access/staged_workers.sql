-- Grain:   as staged_workers
-- Seen by: site_manager, auditor
select *
from published.staged_workers
where worker_id in (select worker_id from own_workers)
