-- Grain:   one row, or none for an unknown worker
-- Answers: is the worker known, under which name and person?
-- Not for: employment (a known worker may have left)
select worker_id, person_id, full_name
from worker_keys
where worker_id = $worker_id
