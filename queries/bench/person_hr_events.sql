-- Grain:   one row per row of hr_events of one worker
-- Key:     that of hr_events
-- Answers: the part of a worker's story that hr_events tells
-- Not for: anything but measuring
select * from hr_events
where worker_key = $worker
order by effective_at
