-- Grain:   one row per course credit of the generated company
-- Answers: one course a requirement
-- Not for: anything but measuring
select
    'C' || lpad(cast(number as varchar), 3, '0') as course_id,
    'R' || lpad(cast(number as varchar), 3, '0') as requirement_id,
    cast(null as varchar) as site,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to,
    'generated' as file_name,
    number + 2 as row_number,
from range(40) as credits (number)
