-- Grain:   as scoped_events
-- Seen by: site_manager, auditor
select *
from published.scoped_events
where event_id in (select event_id from own_events)
