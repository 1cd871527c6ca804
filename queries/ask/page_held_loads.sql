-- Grain:   one row per load known at known_at that is held
-- Answers: what was delivered but does not count, and why?
-- Not for: loads that were let in since (page_loads has them as accepted)
select
    loads.source,
    loads.feed,
    loads.loaded_at,
    loads.rows_read,
    loads.reason,
    loads.address,
    loads.load_id,
    loads.batch,
    count(*) over (partition by loads.batch) as files_together
from loads
cross join run_parameters
where loads.status = 'held' and loads.loaded_at <= run_parameters.known_at
order by loads.loaded_at desc, loads.batch, loads.load_id
