-- Grain:   one row per worker of the generated company
-- Answers: workers, one in fifty sharing a person with the one before
-- Not for: anything but measuring
select
    'W' || lpad(cast(number as varchar), 8, '0') as worker_id,
    'P' || lpad(cast(case when number % 50 = 49 then number - 1 else number end as varchar), 8, '0') as person_id,
    'Worker ' || number as full_name,
    'w' || number || '@example.com' as email,
    'w' || number as username,
    cast(null as date) as hired_on,
    cast(null as varchar) as worker_type,
    'generated' as source,
    'generated' as load_id,
    number + 2 as row_number,
from range($workers) as workers (number)
