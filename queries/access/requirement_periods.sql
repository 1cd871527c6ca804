-- Grain:   as requirement_periods, cut where a worker comes to or leaves the viewer's sites
-- Seen by: site_manager, auditor
-- What names no site is the viewer's for as long as the worker was at a site of the viewer's, and is cut there.
with of_all_sites as (
    select requirement_periods.*
    from published.requirement_periods
    where (select sees_all_sites from viewer)
),

of_own_sites as (
    select requirement_periods.*
    from published.requirement_periods
    where requirement_periods.site in (select site from viewer_sites) and not (select sees_all_sites from viewer)
),

of_own_workers as (
    select requirement_periods.* replace (
        greatest(requirement_periods.valid_from, own_stays.starts_at) as valid_from,
        nullif(
            least(coalesce(requirement_periods.valid_to, timestamp 'infinity'), own_stays.ends_at), timestamp 'infinity'
        ) as valid_to
    )
    from published.requirement_periods
    inner join own_stays
        on own_stays.worker_id = requirement_periods.worker_id
        and own_stays.starts_at < coalesce(requirement_periods.valid_to, timestamp 'infinity')
        and own_stays.ends_at > requirement_periods.valid_from
    where requirement_periods.site is null
),

final as (
    select * from of_all_sites
    union all
    select * from of_own_sites
    union all
    select * from of_own_workers
)

select *
from final
where
    valid_from < (select ends_at from viewer)
    and coalesce(valid_to, timestamp 'infinity') > (select starts_at from viewer)
