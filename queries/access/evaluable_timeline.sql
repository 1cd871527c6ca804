-- Grain:   as evaluable_timeline, cut where a worker comes to or leaves the viewer's sites
-- Seen by: site_manager, auditor
-- What names no site is the viewer's for as long as the worker was at a site of the viewer's, and is cut there.
with of_all_sites as (
    select evaluable_timeline.*
    from published.evaluable_timeline
    where (select sees_all_sites from viewer)
),

of_own_sites as (
    select evaluable_timeline.*
    from published.evaluable_timeline
    where evaluable_timeline.site in (select site from viewer_sites) and not (select sees_all_sites from viewer)
),

of_own_workers as (
    select evaluable_timeline.* replace (
        greatest(evaluable_timeline.valid_from, own_stays.starts_at) as valid_from,
        case
            when evaluable_timeline.valid_to is null and own_stays.ends_at > (select as_of from published.run_parameters) then null
            else least(coalesce(evaluable_timeline.valid_to, timestamp 'infinity'), own_stays.ends_at)
        end as valid_to
    )
    from published.evaluable_timeline
    inner join own_stays
        on own_stays.worker_id = evaluable_timeline.worker_id
        and own_stays.starts_at < coalesce(evaluable_timeline.valid_to, timestamp 'infinity')
        and own_stays.ends_at > evaluable_timeline.valid_from
    where evaluable_timeline.site is null
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
