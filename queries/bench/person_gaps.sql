-- Grain:   one row per row of gaps of one worker
-- Key:     that of gaps
-- Answers: the part of a worker's story that gaps tells
-- Not for: anything but measuring
select * from gaps
where worker_key = (select worker_key from worker_keys where worker_id = $worker)
order by opened_at
