-- Grain:   as writeback
-- Seen by: site_manager, auditor, integration_owner
-- Who sees no people sees the differences without whose they are.
select writeback.* replace (
    case when viewer.sees_people then writeback.worker_id end as worker_id,
    case when viewer.sees_people then writeback.hris_worker_id end as hris_worker_id,
    case when viewer.sees_people then writeback.completion_id end as completion_id
)
from published.writeback
cross join viewer
left join own_workers on own_workers.worker_id = coalesce(writeback.worker_id, writeback.hris_worker_id)
where
    not viewer.sees_people
    or (
        writeback.completed_at < least(own_workers.until, viewer.ends_at)
        and writeback.completed_at >= viewer.starts_at
        and own_workers.worker_id is not null
    )
