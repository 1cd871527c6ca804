-- Grain:   one row per source and day (of the organisation's calendar) of the last thirty with a load
-- Answers: on which days did each source deliver, and what became of it?
-- Not for: single loads (page_loads)
select
    loads.source,
    cast(
        timezone(run_parameters.organisation_timezone, timezone('UTC', loads.loaded_at)) as date
    ) as loaded_on,
    count(*) as loads,
    count(*) filter (where loads.status = 'held') as held,
    cast(sum(loads.rows_rejected) as bigint) as rejected,
    cast(sum(loads.rows_read) as bigint) as rows_read
from loads
cross join run_parameters
where
    loads.loaded_at <= run_parameters.known_at
    and loads.loaded_at > run_parameters.known_at - interval '30' day
group by loads.source, loaded_on
order by loads.source, loaded_on
