-- Grain:   one row per row of course credits
-- Key:     course_key, requirement_key, site_key, valid_from, valid_to
-- Answers: from when to when does a course earn credit for a requirement, at which site?
-- Not for: versions of a course; site_key 0 is any site, open ends are 0001-01-01 and 9999-12-31
with

place_credits as (
    select
        policy_course_credits.course_id,
        policy_course_credits.requirement_id,
        policy_course_credits.valid_from,
        policy_course_credits.valid_to,
        coalesce(site_keys.site_key, 0) as site_key,
        coalesce(site_keys.timezone, (select organisation_timezone from run_parameters)) as timezone,
    from policy_course_credits
    left join site_keys on policy_course_credits.site = site_keys.site
),

windows as (
    select distinct
        course_keys.course_key,
        requirement_keys.requirement_key,
        requirement_keys.is_site_specific,
        cast(requirement_keys.validity_months as integer) as validity_months,
        place_credits.site_key,
        coalesce(from_midnights.starts_at, timestamp '0001-01-01 00:00:00') as valid_from,
        coalesce(to_midnights.starts_at, timestamp '9999-12-31 00:00:00') as valid_to,
    from place_credits
    inner join course_keys on place_credits.course_id = course_keys.course_id
    inner join requirement_keys on place_credits.requirement_id = requirement_keys.requirement_id
    left join local_midnights as from_midnights
        on place_credits.timezone = from_midnights.timezone
        and place_credits.valid_from = from_midnights.local_on
    left join local_midnights as to_midnights
        on place_credits.timezone = to_midnights.timezone
        and place_credits.valid_to = to_midnights.local_on
),

final as (
    select
        *,
        -- several rows may grant the same credit: what they grant must be made distinct
        count(*) over (partition by course_key, requirement_key) > 1 as is_one_of_several,
        -- the only one, whatever place the completion names, and nothing but its age ends what it earns
        count(*) over (partition by course_key, requirement_key) = 1
        and is_site_specific = (site_key > 0)
        and requirement_key not in (select requirement_key from retraining) as is_plain,
    from windows
)

select * from final
