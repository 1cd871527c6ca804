-- Check:        every contractor, temporary and agency role has a contract end
-- Feed:         role_history
-- Severity:     warning
-- Rows checked: role_states
-- Touches:      worker by worker_id
-- Do:           enter the contract end in HR; without it the account stays open when the person leaves
select
    worker_id,
    assignment_key,
    valid_from,
    employment_type,
    agency,
    site,
from role_states
where
    employment_type in ('contractor', 'temporary', 'agency')
    and status in ('active', 'leave', 'suspended')
    and contract_end_on is null
    and valid_to is null
