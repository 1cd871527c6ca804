-- Grain:   as swallowed_events
-- Seen by: site_manager, auditor, integration_owner
-- Who sees no people sees the rows without the worker.
select swallowed_events.* replace (case when viewer.sees_people then swallowed_events.worker_id end as worker_id)
from published.swallowed_events
cross join viewer
where
    not viewer.sees_people
    or swallowed_events.event_id in (select event_id from own_events)
