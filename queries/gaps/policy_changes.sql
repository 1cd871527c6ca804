-- Grain:   one row per worker, requirement, site and instant at which policy changes what their role requires
-- Key:     worker_key, requirement_key, site_key, starts_at, ends_at
-- Answers: which requirements would start or end at an instant by a policy date alone, whatever the role does then?
-- Not for: counting policy changes (only those at an instant at which a role starts or ends matter)
with

instants as (
    select worker_key, effective_at as happens_at
    from hr_events
    where not is_end
),

-- roles held until, or held from, the instant; both where a role goes on
roles_around as (
    select
        instants.worker_key,
        instants.happens_at,
        role_intervals.role_key,
        role_intervals.profile_key,
        role_intervals.timezone_key,
        role_intervals.site_key,
        role_intervals.valid_from < instants.happens_at as is_held_before,
        role_intervals.valid_to > instants.happens_at as is_held_after,
    from instants
    inner join role_intervals
        on instants.worker_key = role_intervals.worker_key
        and role_intervals.valid_from <= instants.happens_at
        and role_intervals.valid_to >= instants.happens_at
),

policy_windows as (
    select
        roles_around.worker_key,
        roles_around.happens_at,
        roles_around.is_held_before,
        roles_around.is_held_after,
        rule_reach.requirement_key,
        case when rule_reach.is_site_specific then roles_around.site_key else 0 end as site_key,
        rule_reach.valid_from,
        rule_reach.valid_to,
    from roles_around
    inner join rule_reach
        on roles_around.profile_key = rule_reach.profile_key
        and roles_around.timezone_key = rule_reach.timezone_key
        -- the edge of a rule must fall on the instant: most rules have none
        and roles_around.happens_at in (rule_reach.valid_from, rule_reach.valid_to)
    union all
    select
        roles_around.worker_key,
        roles_around.happens_at,
        roles_around.is_held_before,
        roles_around.is_held_after,
        exception_windows.requirement_key,
        case when requirement_keys.is_site_specific then roles_around.site_key else 0 end as site_key,
        exception_windows.valid_from,
        exception_windows.valid_to,
    from roles_around
    inner join exception_windows
        on roles_around.worker_key = exception_windows.worker_key
        and roles_around.timezone_key = exception_windows.timezone_key
    inner join requirement_keys on exception_windows.requirement_key = requirement_keys.requirement_key
    where exception_windows.kind = 'add'
),

final as (
    select distinct
        worker_key,
        requirement_key,
        site_key,
        case when valid_from = happens_at then happens_at end as starts_at,
        case when valid_to = happens_at then happens_at end as ends_at,
    from policy_windows
    where
        -- what was held before would have been subject to it from now on too
        (is_held_before and valid_from = happens_at)
        -- the policy of just before would still reach what is held from now on
        or (is_held_after and valid_to = happens_at)
)

select * from final
