-- Grain:   one row per kind of HR event
-- Key:     event_type
-- Answers: in which order do events of one instant answer for a requirement?
-- Not for: what happened (see hr_events)
select *
from (
    values
        ('hire', 1, false),
        ('rehire', 2, false),
        ('contractor_start', 3, false),
        ('role_change', 4, false),
        ('transfer', 5, false),
        ('leave_start', 6, false),
        ('leave_return', 7, false),
        ('termination', 8, true),
        ('contract_end', 9, true)
) as hr_event_types (event_type, event_order, is_end)
