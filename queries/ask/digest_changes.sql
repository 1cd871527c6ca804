-- Grain:   one row per gap and change of the seven days before as_of, at most eight (or $most) a change (of_all counts them all)
-- Answers: which gaps are new, reopened or closed since last week ($sites: a list; NULL is everything)?
-- Not for: gaps that opened and closed within the week; they are counted in digest_headline
-- reopened: a new gap of a worker and requirement (and site) that had an earlier one. A gap is listed under one change.
with run as (
    select
        as_of,
        as_of - interval '7' day as week_start
    from run_parameters
),

names as (
    select
        worker_id,
        min(full_name) as full_name
    from staged_workers
    group by worker_id
),

titles as (
    select
        requirement_id,
        min(title) as title
    from policy_requirements
    group by requirement_id
),

job_titles as (
    select
        job_code,
        min(job_title) as job_title
    from role_states
    where job_code is not null
    group by job_code
),

ordered as (
    select
        gaps.*,
        row_number() over (
            partition by gaps.worker_id, gaps.requirement_id, gaps.site
            order by gaps.opened_at
        ) as occurrence
    from gaps
),

changed as (
    select
        ordered.*,
        case
            when ordered.opened_at > run.week_start and ordered.closed_at is null and ordered.occurrence > 1
                then 'reopened'
            when ordered.opened_at > run.week_start and ordered.closed_at is null then 'new'
            when ordered.opened_at <= run.week_start and ordered.closed_at > run.week_start then 'closed'
        end as change
    from ordered
    cross join run
    where
        cast($sites as varchar[]) is null
        or list_contains(cast($sites as varchar[]), coalesce(ordered.site, ordered.role_site))
),

described as (
    select
        changed.change,
        changed.gap_id,
        changed.worker_id,
        names.full_name,
        coalesce(titles.title, changed.requirement_id) as requirement,
        changed.severity,
        coalesce(job_titles.job_title, changed.job_code) as role,
        coalesce(changed.site, changed.role_site) as site,
        changed.opened_at,
        changed.closed_at,
        changed.closed_by,
        changed.exposure_days,
        changed.cause,
        changed.owner,
        case changed.severity when 'critical' then 4 when 'high' then 3 when 'medium' then 2 else 1 end as severity_weight,
        count(*) over (partition by changed.change) as of_all
    from changed
    left join names on names.worker_id = changed.worker_id
    left join titles on titles.requirement_id = changed.requirement_id
    left join job_titles on job_titles.job_code = changed.job_code
    where changed.change is not null
),

final as (
    select
        *,
        row_number() over (
            partition by change
            order by severity_weight desc, exposure_days desc, gap_id
        ) as position
    from described
    qualify position <= coalesce(cast($most as bigint), 8)
)

select * from final
order by change, position
