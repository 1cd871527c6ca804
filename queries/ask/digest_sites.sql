-- Grain:   one row per site that the sites feed or a role names
-- Answers: which sites may a recipient be given, what are they called, and which zone's days do they have?
-- Not for: counting people
with sites as (
    select
        site,
        min(name) as name,
        min(timezone) as timezone
    from staged_sites
    group by site
),

named_by_roles as (
    select distinct site
    from role_states
    where site is not null
),

final as (
    select
        coalesce(sites.site, named_by_roles.site) as site,
        coalesce(sites.name, sites.site, named_by_roles.site) as name,
        coalesce(sites.timezone, run_parameters.organisation_timezone) as timezone
    from sites
    full join named_by_roles on named_by_roles.site = sites.site
    cross join run_parameters
)

select * from final
order by site
