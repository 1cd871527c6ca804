-- Grain:   as unsynced_events
-- Seen by: site_manager, auditor
select *
from published.unsynced_events
where event_id in (select event_id from own_events)
