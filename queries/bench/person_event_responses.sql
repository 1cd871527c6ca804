-- Grain:   one row per row of event_responses of one worker
-- Key:     that of event_responses
-- Answers: the part of a worker's story that event_responses tells
-- Not for: anything but measuring
select * from event_responses
where worker_key = $worker
order by effective_at
