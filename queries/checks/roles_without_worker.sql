-- Check:        every worker of the role history is in the workers feed, where there is one
-- Feed:         workers
-- Severity:     warning
-- Rows checked: staged_role_history
-- Touches:      worker by worker_id
-- Do:           deliver the worker's master data; without it there is no name, e-mail or person to link
select
    staged_role_history.worker_id,
    count(*) as rows_of_history,
from staged_role_history
anti join staged_workers on staged_role_history.worker_id = staged_workers.worker_id
where exists (select 1 from staged_workers as delivered where delivered.worker_id is not null)
group by staged_role_history.worker_id
