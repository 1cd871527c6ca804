-- Grain:   one row per row of role_states of one worker
-- Key:     that of role_states
-- Answers: the part of a worker's story that role_states tells
-- Not for: anything but measuring
select * from role_states
where worker_key = $worker
order by valid_from
