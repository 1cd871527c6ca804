-- Grain:   one row per configured source
-- Answers: how old is each source's newest accepted load, against what was promised?
-- Not for: what a load held (loads, rejects)
-- The age counts to the later of as_of and known_at: the report knows nothing newer. A source whose newest load was
-- held, that never delivered, or that is older than promised is degraded. Not narrowed to sites: a source serves all.
with run as (
    select
        known_at,
        greatest(as_of, known_at) as read_at
    from run_parameters
),

known_loads as (
    select
        loads.source,
        loads.address,
        loads.loaded_at,
        loads.status
    from loads
    cross join run
    where loads.loaded_at <= run.known_at and loads.retakes is null
),

newest_accepted as (
    select
        source,
        max(loaded_at) as accepted_at
    from known_loads
    where status <> 'held'
    group by source
),

newest_of_addresses as (
    select
        source,
        address,
        max(loaded_at) filter (where status <> 'held') as accepted_at
    from known_loads
    group by source, address
),

held_since as (
    select
        known_loads.source,
        count(*) as held_loads
    from known_loads
    inner join newest_of_addresses
        on
            newest_of_addresses.source = known_loads.source
            and newest_of_addresses.address is not distinct from known_loads.address
    where
        known_loads.status = 'held'
        and (newest_of_addresses.accepted_at is null or known_loads.loaded_at > newest_of_addresses.accepted_at)
    group by known_loads.source
),

measured as (
    select
        sources.source,
        sources.feed,
        newest_accepted.accepted_at as loaded_at,
        date_diff('second', newest_accepted.accepted_at, run.read_at) / 3600.0 as age_hours,
        cast(sources.expect_every_hours as double) as expect_every_hours,
        coalesce(held_since.held_loads, 0) as held_loads
    from sources
    cross join run
    left join newest_accepted on newest_accepted.source = sources.source
    left join held_since on held_since.source = sources.source
),

final as (
    select
        *,
        coalesce(loaded_at is null or age_hours > expect_every_hours, false) as is_late,
        coalesce(loaded_at is null or age_hours > expect_every_hours, false) or held_loads > 0 as is_degraded
    from measured
)

select * from final
order by is_degraded desc, age_hours desc nulls first, source
