-- Grain:   as staged_absences
-- Seen by: site_manager, auditor
select *
from published.staged_absences
where worker_id in (select worker_id from own_workers)
