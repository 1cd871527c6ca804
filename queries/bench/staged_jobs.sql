-- Grain:   one row per job code of the generated company
-- Answers: two hundred job codes in fifteen training profiles
-- Not for: anything but measuring
select
    'J' || lpad(cast(number as varchar), 3, '0') as job_code,
    'Job ' || number as job_title,
    'profile_' || number % 15 as training_profile,
    'generated' as source,
    'generated' as load_id,
    number + 2 as row_number,
from range(200) as jobs (number)
