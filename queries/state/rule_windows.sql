-- Grain:   one row per rule and time zone
-- Key:     rule_key, timezone_key
-- Answers: from when to when is a rule in force for roles in that zone?
-- Not for: whom it reaches (see profile_rules); open ends are 0001-01-01 and 9999-12-31 here
with

rules as (
    select
        cast(row_number() over (order by rule_id) as integer) as rule_key,
        rule_id,
        effective_from,
        effective_to,
    from policy_requirement_rules
),

final as (
    select
        rules.rule_key,
        rules.rule_id,
        timezone_keys.timezone_key,
        coalesce(from_midnights.starts_at, timestamp '0001-01-01 00:00:00') as valid_from,
        coalesce(to_midnights.starts_at, timestamp '9999-12-31 00:00:00') as valid_to,
    from rules
    cross join timezone_keys
    left join local_midnights as from_midnights
        on timezone_keys.timezone = from_midnights.timezone
        and rules.effective_from = from_midnights.local_on
    left join local_midnights as to_midnights
        on timezone_keys.timezone = to_midnights.timezone
        and rules.effective_to = to_midnights.local_on
)

select * from final
