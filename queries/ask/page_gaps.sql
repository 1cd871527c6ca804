-- Grain:   one row per gap, at most $row_limit of them from $row_offset on; total_rows and total_people count all that match
-- Answers: which gaps are there in this scope ($status: open, closed; NULL both), the weightiest open ones first?
-- Not for: pieces of a gap by cause (page_worker_bands)
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

matching as (
    select
        scoped.*,
        scoped.exposure_days
        * case scoped.severity when 'critical' then 4 when 'high' then 3 when 'medium' then 2 else 1 end as weight
    from scoped
    where
        (cast($status as varchar) is null or ($status = 'open') = (scoped.closed_at is null))
        and (cast($requirement as varchar) is null or scoped.requirement_id = $requirement)
        and (cast($cause as varchar) is null or scoped.cause = $cause)
),

totals as (
    select
        count(*) as total_rows,
        count(distinct person_id) as total_people
    from matching
),

picked as (
    select *
    from matching
    order by closed_at is not null, weight desc, gap_id
    limit cast($row_limit as bigint)
    offset coalesce(cast($row_offset as bigint), 0)
),

final as (
    select
        picked.gap_id,
        picked.worker_id,
        names.full_name,
        picked.requirement_id,
        coalesce(requirements.title, picked.requirement_id) as requirement,
        picked.citation,
        picked.severity,
        picked.gap_site as site,
        picked.department,
        picked.job_code,
        coalesce(job_titles.job_title, picked.job_code) as job_title,
        picked.opened_at,
        picked.closed_at,
        cast(
            timezone(
                coalesce(zones.timezone, run_parameters.organisation_timezone), timezone('UTC', picked.opened_at)
            ) as date
        ) as opened_on,
        cast(
            timezone(
                coalesce(zones.timezone, run_parameters.organisation_timezone), timezone('UTC', picked.closed_at)
            ) as date
        ) as closed_on,
        picked.closed_by,
        picked.exposure_days,
        picked.first_cause,
        picked.cause,
        picked.owner,
        picked.event_id,
        totals.total_rows,
        totals.total_people,
        picked.weight
    from picked
    cross join totals
    cross join run_parameters
    left join zones on zones.site = picked.gap_site
    left join names on names.worker_id = picked.worker_id
    left join requirements on requirements.requirement_id = picked.requirement_id
    left join job_titles on job_titles.job_code = picked.job_code
)

select * from final
order by closed_at is not null, weight desc, gap_id
