-- Grain:   as staged_hris_training_records
-- Seen by: site_manager, auditor
select staged_hris_training_records.*
from published.staged_hris_training_records
inner join own_workers on own_workers.worker_id = staged_hris_training_records.worker_id
where
    staged_hris_training_records.completed_at < least(own_workers.until, (select ends_at from viewer))
    and staged_hris_training_records.completed_at >= (select starts_at from viewer)
