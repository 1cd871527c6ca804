-- Grain:   one row per worker and unbroken time of employment at one of the viewer's sites, inside the viewer's period
-- Seen by: site_manager, auditor
-- Kept as a table; empty for a viewer of all sites, who needs no such step.
with states as (
    select
        worker_key,
        worker_id,
        valid_from,
        coalesce(valid_to, timestamp 'infinity') as ends_at
    from published.role_states
    where
        status in ('active', 'leave', 'suspended')
        and site in (select site from viewer_sites)
),

mark_islands as (
    select
        *,
        valid_from > max(ends_at) over (
            partition by worker_key
            order by valid_from, ends_at
            rows between unbounded preceding and 1 preceding
        ) as begins
    from states
),

number_islands as (
    select
        *,
        count(*) filter (where begins) over (
            partition by worker_key
            order by valid_from, ends_at
            rows between unbounded preceding and current row
        ) as island
    from mark_islands
),

final as (
    select
        worker_id,
        min(valid_from) as starts_at,
        max(ends_at) as ends_at
    from number_islands
    group by worker_key, worker_id, island
)

select * from final
