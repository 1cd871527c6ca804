-- Grain:   one row per course credit of the generated company
-- Key:     row_number
-- Answers: one course a requirement
-- Not for: anything but measuring
select
    'C' || (100 + number) as course_id,
    'R' || (100 + number) as requirement_id,
    'generated' as file_name,
    number + 2 as row_number,
from range(40) as credits (number)
