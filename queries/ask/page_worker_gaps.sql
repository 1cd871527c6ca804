-- Grain:   one row per gap of the worker
-- Answers: which gaps has this worker had, the newest first?
-- Not for: pieces of a gap by cause (page_worker_bands)
select
    gaps.gap_id,
    gaps.requirement_id,
    coalesce(policy_requirements.title, gaps.requirement_id) as requirement,
    coalesce(gaps.site, gaps.role_site) as site,
    gaps.severity,
    gaps.opened_at,
    gaps.closed_at,
    cast(
        timezone(
            coalesce(staged_sites.timezone, run_parameters.organisation_timezone), timezone('UTC', gaps.opened_at)
        ) as date
    ) as opened_on,
    cast(
        timezone(
            coalesce(staged_sites.timezone, run_parameters.organisation_timezone), timezone('UTC', gaps.closed_at)
        ) as date
    ) as closed_on,
    gaps.closed_by,
    gaps.exposure_days,
    gaps.cause,
    gaps.owner
from gaps
cross join run_parameters
left join staged_sites on staged_sites.site = coalesce(gaps.site, gaps.role_site)
left join policy_requirements on policy_requirements.requirement_id = gaps.requirement_id
where gaps.worker_id = $worker
order by gaps.closed_at is not null, gaps.opened_at desc, gaps.gap_id
