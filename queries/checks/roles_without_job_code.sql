-- Check:        every role has a job code
-- Feed:         role_history
-- Severity:     warning
-- Rows checked: role_states
-- Touches:      worker by worker_id
-- Do:           enter the job code in HR; rules by job do not reach this worker
select
    worker_id,
    assignment_key,
    valid_from,
    valid_to,
    site,
from role_states
where job_code is null and status in ('active', 'leave', 'suspended')
