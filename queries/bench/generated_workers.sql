-- Grain:   one row per worker of the generated company
-- Key:     row_number
-- Answers: workers, one in fifty a second number of the person before
-- Not for: anything but measuring
select
    'W' || (100000000 + number) as worker_id,
    'P' || (100000000 + case when number % 50 = 49 then number - 1 else number end) as person_id,
    'Worker ' || number as full_name,
    'w' || number || '@example.com' as email,
    'w' || number as username,
    cast(null as date) as hired_on,
    cast(null as varchar) as worker_type,
    number + 2 as row_number,
from careers
