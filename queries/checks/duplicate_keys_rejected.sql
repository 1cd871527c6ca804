-- Check:        no source delivers two rows with the same key
-- Feed:         each
-- Severity:     warning
-- Rows checked: loads
-- Do:           remove the repeated rows at the source; only one of them was taken
with

final as (
    select
        rejects.load_id,
        loads_in_force.feed,
        rejects.row_number,
        rejects.column_name,
        rejects.raw_value,
        rejects.reason,
    from rejects
    inner join loads_in_force on rejects.load_id = loads_in_force.load_id
    where rejects.reason like 'duplicate key%'
)

select * from final
