-- Grain:   one row per site and requirement with an open gap
-- Answers: where are the open gaps, and how long have they been open?
-- Not for: compliance percentages (compliance)
with requirements as (
    select
        requirement_id,
        min(title) as title
    from policy_requirements
    group by requirement_id
),

required as (
    select
        compliance_timeline.requirement_id,
        coalesce(compliance_timeline.site, roles.site) as site,
        count(distinct compliance_timeline.worker_id) as people
    from compliance_timeline
    left join (
        select distinct
            role_states.worker_id,
            role_states.site
        from role_states
        cross join run_parameters
        where
            role_states.valid_from <= run_parameters.as_of
            and (role_states.valid_to is null or role_states.valid_to > run_parameters.as_of)
            and role_states.status in ('active', 'leave', 'suspended')
    ) as roles
        on roles.worker_id = compliance_timeline.worker_id and compliance_timeline.site is null
    where compliance_timeline.valid_to is null
    group by compliance_timeline.requirement_id, coalesce(compliance_timeline.site, roles.site)
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
        scoped.gap_site as site,
        coalesce(staged_sites.name, scoped.gap_site) as site_name,
        scoped.requirement_id,
        coalesce(min(requirements.title), scoped.requirement_id) as requirement,
        count(*) as open_gaps,
        count(distinct scoped.person_id) as people,
        sum(scoped.exposure_days) as exposure_days,
        max(scoped.exposure_days) as longest_days,
        max(required.people) as people_required
    from scoped
    left join requirements on requirements.requirement_id = scoped.requirement_id
    left join staged_sites on staged_sites.site = scoped.gap_site
    left join required
        on required.requirement_id = scoped.requirement_id and required.site is not distinct from scoped.gap_site
    where scoped.closed_at is null
    group by scoped.gap_site, staged_sites.name, scoped.requirement_id
)

select * from final
order by exposure_days desc, site, requirement_id
