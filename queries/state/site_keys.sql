-- Grain:   one row per site named anywhere
-- Key:     site_key
-- Answers: which number stands for a site, in which zone does it lie, and of what type is it?
-- Not for: the sites of the organisation (a misspelt one has a row here, with is_listed false)
with

named_sites as (
    select site from staged_sites
    union
    select site from staged_role_history where site is not null
    union
    select site from staged_lms_completions where site is not null
    union
    select site from policy_course_credits where site is not null
    union
    select site from policy_retrain_orders where site is not null
),

final as (
    select
        cast(row_number() over (order by named_sites.site) as integer) as site_key,
        named_sites.site,
        staged_sites.site is not null as is_listed,
        time_zones.timezone,
        staged_sites.facility_type,
        staged_sites.integration_method,
        staged_sites.name,
    from named_sites
    left join staged_sites on named_sites.site = staged_sites.site
    left join time_zones on staged_sites.timezone = time_zones.timezone
)

select * from final
