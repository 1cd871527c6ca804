-- Grain:   one row per event type, action and verdict
-- Answers: how did the LMS answer the HR events of this scope, by type?
-- Not for: single answers (page_events)
select
    event_type,
    action,
    verdict,
    count(*) as answers,
    count(*) filter (where is_first) as events
from scoped_answers
where
    (cast($site as varchar) is null or event_site = $site)
    and (cast($department as varchar) is null or department = $department)
    and (cast($employment_type as varchar) is null or employment_type = $employment_type)
group by event_type, action, verdict
order by event_type, action, verdict
