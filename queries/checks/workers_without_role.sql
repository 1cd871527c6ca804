-- Check:        every worker has a role history
-- Feed:         role_history
-- Severity:     warning
-- Rows checked: staged_workers
-- Touches:      worker by worker_id
-- Do:           see why the worker has no role in HR's history; nothing is required of this person
select
    worker_id,
    source,
    row_number,
from staged_workers
anti join staged_role_history on staged_workers.worker_id = staged_role_history.worker_id
