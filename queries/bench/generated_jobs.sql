-- Grain:   one row per job code of the generated company
-- Key:     row_number
-- Answers: two hundred job codes in fifteen training profiles; the next number is the next rung
-- Not for: anything but measuring
select
    'J' || (1000 + number) as job_code,
    'Job ' || number as job_title,
    'profile_' || number % 15 as training_profile,
    number + 2 as row_number,
from range(200) as jobs (number)
