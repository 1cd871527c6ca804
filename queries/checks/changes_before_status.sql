-- Check:        every change of a role comes after a row that says whether the worker is employed
-- Feed:         role_history
-- Severity:     warning
-- Rows checked: carried_role_rows
-- Touches:      worker by worker_id
-- Do:           load the status history as well; until a status is known, the worker has no role
with

final as (
    select
        source,
        worker_id,
        assignment_key,
        effective_from_local,
        load_id,
        row_number,
    from carried_role_rows
    where status is null
)

select * from final
