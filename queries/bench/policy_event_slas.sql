-- Grain:   one row per service level of the generated company
-- Key:     row_number
-- Answers: three days for what a start calls for, a day for the rest
-- Not for: anything but measuring
select
    event_type,
    'assign' as action,
    case event_type when 'hire' then 72.0 else 24.0 end as max_hours,
    'generated' as file_name,
    row_number,
from (values ('hire', 2), ('rehire', 3), ('role_change', 4), ('transfer', 5)) as slas (event_type, row_number)
