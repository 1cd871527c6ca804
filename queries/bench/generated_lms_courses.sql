-- Grain:   one row per course of the generated company
-- Key:     row_number
-- Answers: one course a requirement
-- Not for: anything but measuring
select
    'C' || (100 + number) as course_id,
    'Course ' || number as title,
    '1' as version,
    true as is_active,
    number + 2 as row_number,
from range(40) as courses (number)
