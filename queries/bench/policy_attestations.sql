-- Grain:   one row per attestation of the generated company
-- Key:     criterion
-- Answers: nobody has attested anything
-- Not for: anything but measuring
select
    'sso' as criterion,
    'yes' as answer,
    'officer' as name,
    date '2020-01-01' as date,
    'generated' as file_name,
    2 as row_number,
from careers
where false
