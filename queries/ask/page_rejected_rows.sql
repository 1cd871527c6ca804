-- Grain:   one row per rejected row of a load known at known_at, the newest load first, at most $row_limit
-- Answers: which rows could not be used, where in their files are they, and why?
-- Not for: the value that was refused, which may be personal (rejects, gapwatch rejects --export)
select
    loads.source,
    loads.feed,
    loads.loaded_at,
    loads.address,
    rejects.row_number,
    rejects.column_name,
    rejects.reason,
    rejects.load_id,
    count(*) over () as total_rows
from rejects
inner join loads on loads.load_id = rejects.load_id
cross join run_parameters
where
    loads.loaded_at <= run_parameters.known_at
    and (cast($load_id as varchar) is null or rejects.load_id = $load_id)
order by loads.loaded_at desc, loads.source, rejects.load_id, rejects.row_number, rejects.column_name
limit cast($row_limit as bigint)
