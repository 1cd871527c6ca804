-- Grain:   one row per rule, role profile it reaches, and time zone of a role with that profile
-- Key:     profile_key, timezone_key, rule_key
-- Answers: what does a role with that profile, in that zone, require, and from when to when?
-- Not for: people (see requiring_stretches)
with

profile_zones as (
    select distinct profile_key, timezone_key
    from role_intervals
),

final as (
    select
        profile_zones.profile_key,
        profile_zones.timezone_key,
        profile_rules.rule_key,
        profile_rules.requirement_key,
        profile_rules.is_site_specific,
        rule_windows.valid_from,
        rule_windows.valid_to,
        -- several rules may require the same, and overlap
        count(*) over (
            partition by
                profile_zones.profile_key,
                profile_zones.timezone_key,
                profile_rules.requirement_key
        ) > 1 as is_one_of_several,
    from profile_zones
    inner join profile_rules on profile_zones.profile_key = profile_rules.profile_key
    inner join rule_windows
        on profile_rules.rule_key = rule_windows.rule_key
        and profile_zones.timezone_key = rule_windows.timezone_key
    where rule_windows.valid_from < rule_windows.valid_to
)

select * from final
