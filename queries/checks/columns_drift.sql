-- Check:        every source delivers the columns that its mapping knows, no others, and the same as the time before
-- Feed:         each
-- Severity:     warning
-- Rows checked: loads
-- Do:           map the new columns or ask why they came, ask why others went (what they filled is empty now); columns
--               that the mapping does not know are kept, but nothing uses them
with

drifted_loads as (
    select
        loads.feed,
        loads.source,
        loads.load_id,
        unnest(loads.drift) as column_name,
        'unknown' as change,
    from loads
    semi join loads_in_force on loads.load_id = loads_in_force.load_id
    union all
    select
        feed,
        source,
        load_id,
        column_name,
        change,
    from schema_drift
    where is_newest
),

final as (
    select
        column_name,
        feed,
        source,
        string_agg(distinct change, ', ' order by change) as change,
        count(distinct load_id) as loads,
        min(load_id) as first_load_id,
    from drifted_loads
    group by source, feed, column_name
)

select * from final
