-- Grain:   one row per row of gaps of one worker
-- Key:     that of gaps
-- Answers: the part of a worker's story that gaps tells
-- Not for: anything but measuring
select * from gaps
where worker_key = $worker
order by opened_at
