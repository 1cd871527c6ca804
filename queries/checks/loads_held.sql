-- Check:        no newer load is held back by the load guard
-- Feed:         each
-- Severity:     critical
-- Rows checked: loads
-- Do:           compare the held file with the one in force; correct the source and load it again, or let the file in
--               with gapwatch release LOAD_ID
with

newest_accepted as (
    select
        source,
        address,
        max(loads.loaded_at) as loaded_at,
    from loads
    cross join run_parameters
    where loads.status <> 'held' and loads.loaded_at <= run_parameters.known_at
    group by source, address
),

final as (
    select
        loads.load_id,
        loads.feed,
        loads.source,
        loads.loaded_at,
        loads.reason,
    from loads
    cross join run_parameters
    left join newest_accepted
        on
            loads.source = newest_accepted.source
            and loads.address = newest_accepted.address
    where
        loads.status = 'held'
        and loads.loaded_at <= run_parameters.known_at
        and (newest_accepted.loaded_at is null or newest_accepted.loaded_at < loads.loaded_at)
)

select * from final
