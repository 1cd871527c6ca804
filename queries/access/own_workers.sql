-- Grain:   one row per worker of whom the viewer may know, and the instant from which nothing more is the viewer's
-- Seen by: site_manager, auditor
-- Kept as a table. Whoever held a role at a site of the viewer's: what came after the last of them is another site's.
with held as (
    select
        worker_id,
        max(coalesce(valid_to, timestamp 'infinity')) as until
    from published.role_states
    where
        ((select sees_all_sites from viewer) or site in (select site from viewer_sites))
        and valid_from < (select ends_at from viewer)
        and coalesce(valid_to, timestamp 'infinity') > (select starts_at from viewer)
    group by worker_id
),

final as (
    select
        held.worker_id,
        worker_keys.worker_key,
        worker_keys.person_key,
        case when (select sees_all_sites from viewer) then timestamp 'infinity' else held.until end as until
    from held
    inner join published.worker_keys on worker_keys.worker_id = held.worker_id
)

select * from final
