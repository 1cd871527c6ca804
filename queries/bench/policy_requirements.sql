-- Grain:   one row per requirement of the generated company
-- Answers: forty requirements, one in five site-specific, one in eight with grace
-- Not for: anything but measuring
select
    'R' || lpad(cast(number as varchar), 3, '0') as requirement_id,
    'Requirement ' || number as title,
    '29 CFR 1910.' || number as citation,
    'OSHA' as authority,
    ['critical', 'high', 'medium', 'low'][1 + number % 4] as severity,
    cast(case number % 3 when 0 then 12 when 1 then 36 end as double) as validity_months,
    cast(case when number % 8 = 0 then 30 else 0 end as double) as grace_days,
    number % 5 = 0 as is_site_specific,
    case when number % 10 = 3 then 'role_change' end as retrain_on,
    cast(null as varchar) as required_evidence,
    cast(null as varchar) as retention_basis,
    cast(null as double) as retention_years,
    'generated' as file_name,
    number + 2 as row_number,
from range(40) as requirements (number)
