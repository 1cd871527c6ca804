-- Grain:   one row per credential that is no waiver
-- Key:     none (two completions may earn the same time)
-- Answers: what was held, up to as_of: the other half of the question put to every engine
-- Not for: anything but measuring
select
    worker_key,
    requirement_key,
    site_key,
    valid_from,
    least(valid_to, (select as_of from run_parameters)) as valid_to,
from credential_intervals
where is_trained and valid_from < (select as_of from run_parameters)
