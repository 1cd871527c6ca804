-- Grain:   as sync_failures
-- Seen by: site_manager, auditor, integration_owner
-- A message may hold a name; who sees no people sees its class.
select sync_failures.* replace (
    case when viewer.sees_people then sync_failures.message end as message,
    case when viewer.sees_people then sync_failures.worker_ref end as worker_ref,
    case when viewer.sees_people then sync_failures.worker_id end as worker_id
)
from published.sync_failures
cross join viewer
where
    (viewer.sees_all_sites or sync_failures.worker_id in (select worker_id from own_workers))
    and sync_failures.occurred_at >= viewer.starts_at
    and sync_failures.occurred_at < viewer.ends_at
