-- Grain:   one row per requirement period begun by as_of
-- Key:     worker_key, requirement_key, site_key, valid_from
-- Answers: what is required, up to as_of: one half of the question put to every engine
-- Not for: anything but measuring
select
    worker_key,
    requirement_key,
    site_key,
    valid_from,
    least(valid_to, (select as_of from run_parameters)) as valid_to,
from required_intervals
where valid_from < (select as_of from run_parameters)
