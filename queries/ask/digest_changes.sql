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

job_titles as (
    select
        job_code,
        min(job_title) as job_title
    from role_states
    where job_code is not null
    group by job_code
),

recent as (
    select scoped_gaps.*
    from scoped_gaps
    cross join run
    where
        (scoped_gaps.closed_at is null or scoped_gaps.closed_at > run.week_start)
        and (cast($sites as varchar[]) is null or list_contains(cast($sites as varchar[]), scoped_gaps.gap_site))
),

reopened as (
    select distinct recent.gap_id
    from recent
    inner join gaps
        on gaps.worker_key = recent.worker_key
        and gaps.requirement_id = recent.requirement_id
        and gaps.site is not distinct from recent.site
        and gaps.opened_at < recent.opened_at
    cross join run
    where recent.opened_at > run.week_start
),

changed as (
    select
        recent.*,
        case
            when recent.opened_at > run.week_start and recent.closed_at is null and reopened.gap_id is not null
                then 'reopened'
            when recent.opened_at > run.week_start and recent.closed_at is null then 'new'
            when recent.opened_at <= run.week_start and recent.closed_at > run.week_start then 'closed'
        end as change
    from recent
    cross join run
    left join reopened on reopened.gap_id = recent.gap_id
),

described as (
    select
        changed.change,
        changed.gap_id,
        changed.worker_id,
        worker_keys.full_name,
        coalesce(changed.requirement, changed.requirement_id) as requirement,
        changed.severity,
        coalesce(job_titles.job_title, changed.job_code) as role,
        changed.gap_site as site,
        changed.opened_at,
        changed.closed_at,
        changed.closed_by,
        changed.exposure_days,
        changed.cause,
        changed.owner,
        requirement_keys.severity_weight,
        count(*) over (partition by changed.change) as of_all
    from changed
    inner join requirement_keys on requirement_keys.requirement_id = changed.requirement_id
    left join worker_keys on worker_keys.worker_key = changed.worker_key
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
