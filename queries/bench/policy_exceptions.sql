-- Grain:   one row per exception of the generated company
-- Key:     exception_id
-- Answers: one worker in a hundred is excused from a requirement of the job for half a year, one in 400 owes another
-- Not for: anything but measuring
select
    'X' || (100000000 + number) as exception_id,
    'W' || (100000000 + number) as worker_id,
    'R' || (100 + job % 15 * 2 + case when number % 400 = 11 then 9 else 3 end) as requirement_id,
    case when number % 400 = 11 then 'add' else 'waive' end as kind,
    date '2016-01-01' + change_day as starts_on,
    date '2016-01-01' + change_day + 180 as ends_on,
    'generated' as reason,
    'planner' as requested_by,
    'officer' as approved_by,
    cast(date '2016-01-01' + change_day - 7 as timestamp) as approved_at,
    'generated' as file_name,
    number + 2 as row_number,
from careers
where number % 100 = 11
