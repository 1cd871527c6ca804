-- Grain:   one row per requirement of the generated company
-- Key:     requirement_id
-- Answers: forty requirements: three in eight renewed yearly, one in five site-specific, one in eight with grace
-- Not for: anything but measuring
select
    'R' || (100 + number) as requirement_id,
    'Requirement ' || number as title,
    '29 CFR 1910.' || number as citation,
    'OSHA' as authority,
    ['critical', 'high', 'medium', 'low'][1 + number % 4] as severity,
    case
        when number % 8 in (0, 3, 5) then 12
        when number % 8 in (1, 2, 4, 6) then 36
    end as validity_months,
    case when number % 8 = 0 then 30 else 0 end as grace_days,
    number % 5 = 0 as is_site_specific,
    case when number % 10 = 3 then 'role_change' end as retrain_on,
    'generated' as file_name,
    number + 2 as row_number,
from range(40) as requirements (number)
