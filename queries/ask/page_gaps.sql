-- Grain:   one row per gap, at most $row_limit of them from $row_offset on; total_rows and total_people count all that match
-- Answers: which gaps are there in this scope ($status: open, closed; NULL both), the weightiest open ones first?
-- Not for: pieces of a gap by cause (page_worker_bands)
with

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

matching as not materialized (
    select
        gap_id,
        segment_key,
        person_key,
        closed_at,
        weight
    from scoped_gaps
    where
        (cast($site as varchar) is null or gap_site = $site)
        and (cast($department as varchar) is null or department = $department)
        and (cast($authority as varchar) is null or authority = $authority)
        and (cast($owner as varchar) is null or owner = $owner)
        and (cast($severity as varchar) is null or severity = $severity)
        and (cast($employment_type as varchar) is null or employment_type = $employment_type)
        and (
            cast($status as varchar) is null
            or ($status = 'open' and closed_at is null)
            or ($status = 'closed' and closed_at is not null)
        )
        and (cast($requirement as varchar) is null or requirement_id = $requirement)
        and (cast($cause as varchar) is null or cause = $cause)
),

totals as (
    select
        count(*) as total_rows,
        count(distinct person_key) as total_people
    from matching
),

picked as (
    select segment_key
    from matching
    order by closed_at is not null, weight desc, gap_id
    limit cast($row_limit as bigint)
    offset coalesce(cast($row_offset as bigint), 0)
),

final as (
    select
        scoped_gaps.gap_id,
        scoped_gaps.worker_id,
        worker_keys.full_name,
        scoped_gaps.requirement_id,
        coalesce(scoped_gaps.requirement, scoped_gaps.requirement_id) as requirement,
        scoped_gaps.citation,
        scoped_gaps.severity,
        scoped_gaps.gap_site as site,
        scoped_gaps.department,
        scoped_gaps.job_code,
        coalesce(job_titles.job_title, scoped_gaps.job_code) as job_title,
        scoped_gaps.opened_at,
        scoped_gaps.closed_at,
        cast(
            timezone(
                coalesce(zones.timezone, run_parameters.organisation_timezone), timezone('UTC', scoped_gaps.opened_at)
            ) as date
        ) as opened_on,
        cast(
            timezone(
                coalesce(zones.timezone, run_parameters.organisation_timezone), timezone('UTC', scoped_gaps.closed_at)
            ) as date
        ) as closed_on,
        scoped_gaps.closed_by,
        scoped_gaps.exposure_days,
        scoped_gaps.first_cause,
        scoped_gaps.cause,
        scoped_gaps.owner,
        scoped_gaps.event_id,
        totals.total_rows,
        totals.total_people,
        scoped_gaps.weight
    from scoped_gaps
    inner join picked on picked.segment_key = scoped_gaps.segment_key
    cross join totals
    cross join run_parameters
    left join zones on zones.site = scoped_gaps.gap_site
    left join worker_keys on worker_keys.worker_key = scoped_gaps.worker_key
    left join job_titles on job_titles.job_code = scoped_gaps.job_code
    -- says no more than picked does, but spares reading the closed ones, which lie apart
    where $status is distinct from 'open' or scoped_gaps.closed_at is null
)

select * from final
order by closed_at is not null, weight desc, gap_id
