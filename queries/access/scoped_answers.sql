-- Grain:   as scoped_answers
-- Seen by: site_manager, auditor
select *
from published.scoped_answers
where event_id in (select event_id from own_events)
