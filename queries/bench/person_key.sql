-- Grain:   one row
-- Key:     none
-- Answers: which number stands for a worker?
-- Not for: anything but measuring
select worker_key
from worker_keys
where worker_id = $worker
