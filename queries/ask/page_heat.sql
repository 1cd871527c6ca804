-- Grain:   one row per site and requirement with an open gap
-- Answers: where are the open gaps, and how long have they been open?
-- Not for: compliance percentages (compliance)
-- people_required counts whoever is subject to the requirement at the site.
with counted as (
    select
        gap_site as site,
        requirement_id,
        count(*) as open_gaps,
        count(distinct person_key) as people,
        sum(exposure_days) as exposure_days,
        max(exposure_days) as longest_days
    from scoped_gaps
    where
        closed_at is null
        and (cast($site as varchar) is null or gap_site = $site)
        and (cast($department as varchar) is null or department = $department)
        and (cast($authority as varchar) is null or authority = $authority)
        and (cast($owner as varchar) is null or owner = $owner)
        and (cast($severity as varchar) is null or severity = $severity)
        and (cast($employment_type as varchar) is null or employment_type = $employment_type)
    group by gap_site, requirement_id
),

site_names as (
    select
        site,
        min(name) as name
    from staged_sites
    group by site
),

final as (
    select
        counted.site,
        coalesce(site_names.name, counted.site) as site_name,
        counted.requirement_id,
        coalesce(requirement_keys.title, counted.requirement_id) as requirement,
        counted.open_gaps,
        counted.people,
        counted.exposure_days,
        counted.longest_days,
        required_people.people as people_required
    from counted
    left join site_names on site_names.site = counted.site
    left join requirement_keys on requirement_keys.requirement_id = counted.requirement_id
    left join required_people
        on required_people.requirement_id = counted.requirement_id
        and required_people.site is not distinct from counted.site
        and not required_people.is_all_sites
)

select * from final
order by exposure_days desc, site, requirement_id
