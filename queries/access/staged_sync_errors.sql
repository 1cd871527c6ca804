-- Grain:   as staged_sync_errors
-- Seen by: site_manager, auditor
select *
from published.staged_sync_errors
where (load_id, row_number) in (
    select
        sync_failures.load_id,
        sync_failures.row_number
    from published.sync_failures
    cross join viewer
    where
        (viewer.sees_all_sites or sync_failures.worker_id in (select worker_id from own_workers))
        and sync_failures.occurred_at >= viewer.starts_at
        and sync_failures.occurred_at < viewer.ends_at
)
