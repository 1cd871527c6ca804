-- Grain:   one row per open gap, the ten that weigh most
-- Answers: what should be done first?
-- Not for: counting open gaps (page_headline)
-- Weight is severity (critical 4, high 3, medium 2, low 1) times days open.
with names as (
    select
        worker_id,
        min(full_name) as full_name
    from staged_workers
    group by worker_id
),

requirements as (
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
    from staged_jobs
    group by job_code
),

zones as (
    select
        site,
        min(timezone) as timezone
    from staged_sites
    group by site
),

scoped as (
    select
        gaps.*,
        coalesce(gaps.site, gaps.role_site) as gap_site
    from gaps
    left join policy_requirements on policy_requirements.requirement_id = gaps.requirement_id
    where
        (cast($site as varchar) is null or coalesce(gaps.site, gaps.role_site) = $site)
        and (cast($department as varchar) is null or gaps.department = $department)
        and (cast($authority as varchar) is null or policy_requirements.authority = $authority)
        and (cast($owner as varchar) is null or gaps.owner = $owner)
        and (cast($severity as varchar) is null or gaps.severity = $severity)
        and (
            cast($employment_type as varchar) is null
            or exists (
                select 1
                from role_states
                where
                    role_states.worker_id = gaps.worker_id
                    and role_states.employment_type = $employment_type
                    and role_states.valid_from <= gaps.opened_at
                    and (role_states.valid_to is null or role_states.valid_to > gaps.opened_at)
            )
        )
),

final as (
    select
        scoped.gap_id,
        scoped.worker_id,
        names.full_name,
        scoped.requirement_id,
        coalesce(requirements.title, scoped.requirement_id) as requirement,
        scoped.citation,
        scoped.severity,
        scoped.gap_site as site,
        scoped.department,
        scoped.job_code,
        coalesce(job_titles.job_title, scoped.job_code) as job_title,
        scoped.opened_at,
        scoped.closed_at,
        cast(
            timezone(
                coalesce(zones.timezone, run_parameters.organisation_timezone), timezone('UTC', scoped.opened_at)
            ) as date
        ) as opened_on,
        cast(
            timezone(
                coalesce(zones.timezone, run_parameters.organisation_timezone), timezone('UTC', scoped.closed_at)
            ) as date
        ) as closed_on,
        scoped.closed_by,
        scoped.exposure_days,
        scoped.first_cause,
        scoped.cause,
        scoped.owner,
        scoped.event_id,
        scoped.exposure_days
        * case scoped.severity when 'critical' then 4 when 'high' then 3 when 'medium' then 2 else 1 end as weight
    from scoped
    cross join run_parameters
    left join zones on zones.site = scoped.gap_site
    left join names on names.worker_id = scoped.worker_id
    left join requirements on requirements.requirement_id = scoped.requirement_id
    left join job_titles on job_titles.job_code = scoped.job_code
    where scoped.closed_at is null
    order by weight desc, scoped.gap_id
    limit 10
)

select * from final
order by weight desc, gap_id
