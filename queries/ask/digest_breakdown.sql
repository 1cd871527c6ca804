-- Grain:   one row per site and owner that has a gap open at as_of, new or closed in the seven days before
-- Answers: where are the open gaps and who can close them ($sites: a list; NULL is everything)?
-- Not for: adding up people (one may have gaps of several owners)
with run as (
    select as_of - interval '7' day as week_start
    from run_parameters
),

sites as (
    select
        site,
        min(name) as name
    from staged_sites
    group by site
),

scoped as (
    select *
    from scoped_gaps
    where
        cast($sites as varchar[]) is null
        or list_contains(cast($sites as varchar[]), gap_site)
),

counted as (
    select
        scoped.gap_site as site,
        scoped.owner,
        count(*) filter (where scoped.closed_at is null) as open_gaps,
        count(*) filter (where scoped.closed_at is null and scoped.severity = 'critical') as critical_gaps,
        coalesce(sum(scoped.exposure_days) filter (where scoped.closed_at is null), 0) as exposure_days,
        count(*) filter (where scoped.opened_at > run.week_start and scoped.closed_at is null) as new_gaps,
        count(*) filter (where scoped.opened_at <= run.week_start and scoped.closed_at > run.week_start) as closed_gaps
    from scoped
    cross join run
    group by scoped.gap_site, scoped.owner
),

final as (
    select
        counted.*,
        coalesce(sites.name, counted.site) as site_name
    from counted
    left join sites on sites.site = counted.site
    where counted.open_gaps + counted.new_gaps + counted.closed_gaps > 0
)

select * from final
order by open_gaps desc, site nulls last, owner
