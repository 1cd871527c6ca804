-- Grain:   one row per load known at known_at, the newest first, at most $row_limit
-- Answers: what was loaded when, from where, and what became of its rows?
-- Not for: the rows themselves; total_rows counts all rows that match
select
    loads.source,
    loads.feed,
    loads.loaded_at,
    loads.status,
    loads.rows_read,
    loads.rows_accepted,
    loads.rows_rejected,
    loads.reason,
    loads.address,
    loads.sha256,
    loads.load_id,
    count(*) over () as total_rows
from loads
cross join run_parameters
where
    loads.loaded_at <= run_parameters.known_at
    and (cast($source as varchar) is null or loads.source = $source)
order by loads.loaded_at desc, loads.load_id desc
limit cast($row_limit as bigint)
