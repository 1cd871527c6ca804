-- Grain:   as event_responses
-- Seen by: site_manager, auditor
select *
from published.event_responses
where event_id in (select event_id from own_events)
