-- Grain:   as sync_durations
-- Seen by: site_manager, auditor, integration_owner
-- Who sees no people sees the rows without the worker.
select sync_durations.* replace (case when viewer.sees_people then sync_durations.worker_id end as worker_id)
from published.sync_durations
cross join viewer
where
    not viewer.sees_people
    or sync_durations.event_id in (select event_id from own_events)
