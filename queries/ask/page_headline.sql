-- Grain:   one row
-- Answers: how many gaps are open at as_of, on whom, how long, and how many were a week earlier?
-- Not for: rows to act on (page_gaps)
-- Last week's figures are those gaps that were open seven days before as_of, with the days they had been open then.
with run as (
    select as_of - interval '7' day as week_start
    from run_parameters
),

scoped as (
    select
        person_key,
        gap_site,
        severity,
        exposure_days,
        opened_at,
        closed_at
    from scoped_gaps
    where
        (closed_at is null or closed_at > (select week_start from run))
        and (cast($site as varchar) is null or gap_site = $site)
        and (cast($department as varchar) is null or department = $department)
        and (cast($authority as varchar) is null or authority = $authority)
        and (cast($owner as varchar) is null or owner = $owner)
        and (cast($severity as varchar) is null or severity = $severity)
        and (cast($employment_type as varchar) is null or employment_type = $employment_type)
),

open_now as (
    select
        count(*) as open_gaps,
        count(*) filter (where severity = 'critical') as critical_gaps,
        count(distinct person_key) as people,
        count(distinct gap_site) as sites,
        max(exposure_days) as longest_days,
        coalesce(sum(exposure_days), 0) as exposure_days
    from scoped
    where closed_at is null
),

open_then as (
    select date_diff('second', scoped.opened_at, run.week_start) / 86400.0 as days_then
    from scoped
    cross join run
    where scoped.closed_at is null and scoped.opened_at <= run.week_start
    union all
    select date_diff('second', scoped.opened_at, run.week_start) / 86400.0 as days_then
    from scoped
    cross join run
    where scoped.closed_at > run.week_start and scoped.opened_at <= run.week_start
),

counted_then as (
    select
        count(*) as open_gaps_before,
        coalesce(sum(days_then), 0) as exposure_days_before
    from open_then
),

final as (
    select *
    from open_now
    cross join counted_then
)

select * from final
