-- Check:        role history is delivered: without it nobody is required anything
-- Feed:         role_history
-- Severity:     critical
-- Rows checked: staged_role_history (at least 1)
-- Do:           load the HR role history before reading any number
select worker_id
from staged_role_history
where worker_id is null
