-- Grain:   one row per stretch of required time, up to as_of, without valid training
-- Key:     worker_key, requirement_key, site_key, opened_at
-- Answers: the question put to every engine, from the model that answers it here
-- Not for: anything but measuring
select
    required_intervals.worker_key,
    required_intervals.requirement_key,
    required_intervals.site_key,
    untrained_stretches.valid_from as opened_at,
    least(untrained_stretches.valid_to, (select as_of from run_parameters)) as closed_at,
from untrained_stretches
inner join required_intervals on untrained_stretches.period_key = required_intervals.period_key
where untrained_stretches.valid_from < (select as_of from run_parameters)
