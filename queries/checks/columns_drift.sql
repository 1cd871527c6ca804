-- Check:        every source delivers the columns that its mapping knows, and no others
-- Feed:         each
-- Severity:     warning
-- Rows checked: loads
-- Do:           map the new columns or ask why they came; they are kept, but nothing uses them
with

final as (
    select
        loads.load_id,
        loads.feed,
        loads.source,
        array_to_string(loads.drift, '; ') as unknown_columns,
    from loads
    semi join loads_in_force on loads.load_id = loads_in_force.load_id
    where len(loads.drift) > 0
)

select * from final
