-- Grain:   one row per identity override of the generated company
-- Key:     account_id
-- Answers: one shared account in ten is decided to be nobody's
-- Not for: anything but measuring
select
    'A' || (900000000 + number) as account_id,
    'officer' as decided_by,
    timestamp '2020-01-01 00:00:00' as decided_at,
    'generated' as file_name,
    number + 2 as row_number,
from careers
where number % 2500 = 0
