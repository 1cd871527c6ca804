-- Check:        every termination in HR has a date
-- Feed:         role_history
-- Severity:     critical
-- Rows checked: staged_role_history, rejects
-- Do:           enter the termination date in HR; until then the worker counts as employed
with

final as (
    select
        rejects.load_id,
        rejects.row_number,
        rejects.column_name,
        rejects.reason,
    from rejects
    inner join loads_in_force on rejects.load_id = loads_in_force.load_id
    where
        loads_in_force.feed = 'role_history'
        and rejects.column_name = 'effective_from'
        and rejects.reason = 'termination without a date'
)

select * from final
