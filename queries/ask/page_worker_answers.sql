-- Grain:   one row per HR event of the worker, LMS action it calls for, and requirement
-- Answers: what should the LMS have done for this worker's HR events, and did it?
-- Not for: events that call for nothing (page_worker_marks)
select
    event_responses.event_id,
    event_responses.event_type,
    event_responses.effective_at,
    event_responses.action,
    event_responses.requirement_id,
    policy_requirements.title as requirement,
    event_responses.clock_at,
    event_responses.due_at,
    event_responses.responded_at,
    event_responses.latency_hours,
    event_responses.verdict
from event_responses
left join policy_requirements on policy_requirements.requirement_id = event_responses.requirement_id
where event_responses.worker_id = $worker
order by event_responses.effective_at desc, event_responses.action, requirement, event_responses.event_id
