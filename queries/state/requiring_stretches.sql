-- Grain:   one row per role state, rule or exception, and requirement, while both are in force
-- Key:     role_key, requirement_key, site_key, reason_key
-- Answers: which role state requires what, because of which rule, from when to when?
-- Not for: counting requirements (several rules and roles may require the same; see required_intervals);
--          reason_key is a rule_key, or minus an exception_key; is_disjoint: no other such stretch of the same worker,
--          requirement and site overlaps it
with

by_rule as (
    select
        role_intervals.role_key,
        role_intervals.worker_key,
        rule_reach.requirement_key,
        case when rule_reach.is_site_specific then role_intervals.site_key else 0 end as site_key,
        rule_reach.rule_key as reason_key,
        greatest(role_intervals.valid_from, rule_reach.valid_from) as valid_from,
        least(role_intervals.valid_to, rule_reach.valid_to) as valid_to,
        role_intervals.is_on_leave,
        role_intervals.recorded_at,
        -- the states of one assignment do not overlap
        role_intervals.assignment_key = 'primary' and not rule_reach.is_one_of_several as is_disjoint,
    from role_intervals
    inner join rule_reach
        on role_intervals.profile_key = rule_reach.profile_key
        and role_intervals.timezone_key = rule_reach.timezone_key
    where
        role_intervals.valid_from < rule_reach.valid_to
        and rule_reach.valid_from < role_intervals.valid_to
),

additions as (
    select
        role_intervals.role_key,
        role_intervals.worker_key,
        exception_windows.requirement_key,
        case when requirement_keys.is_site_specific then role_intervals.site_key else 0 end as site_key,
        -exception_windows.exception_key as reason_key,
        greatest(role_intervals.valid_from, exception_windows.valid_from) as valid_from,
        least(role_intervals.valid_to, exception_windows.valid_to) as valid_to,
        role_intervals.is_on_leave,
        role_intervals.recorded_at,
        false as is_disjoint,
    from exception_windows
    inner join role_intervals
        on exception_windows.worker_key = role_intervals.worker_key
        and exception_windows.timezone_key = role_intervals.timezone_key
    inner join requirement_keys on exception_windows.requirement_key = requirement_keys.requirement_key
    where
        exception_windows.kind = 'add'
        and role_intervals.valid_from < exception_windows.valid_to
        and exception_windows.valid_from < role_intervals.valid_to
),

final as (
    select * from by_rule
    union all
    select * from additions
)

select * from final
