-- Grain:   one row per worker, requirement (and site) whose gap opens in the seven days after as_of, the ten (or $most)
--          that weigh most (of_all counts them all)
-- Answers: which gaps open next week if nothing is done ($sites: a list; NULL is everything)?
-- Not for: gaps that are open at as_of already
with in_scope as (
    select *
    from gaps_ahead
    where
        cast($sites as varchar[]) is null
        or list_contains(cast($sites as varchar[]), coalesce(site, role_site))
    qualify
        row_number() over (
            partition by worker_id, requirement_id, site
            order by opens_at, reason, assignment_key <> 'primary', assignment_key
        ) = 1
),

final as (
    select
        worker_id,
        full_name,
        role,
        coalesce(site, role_site) as site,
        requirement_id,
        coalesce(requirement, requirement_id) as requirement,
        severity,
        severity_weight,
        opens_at,
        reason,
        count(*) over () as of_all
    from in_scope
)

select * from final
order by severity_weight desc, opens_at, worker_id, requirement_id, site
limit coalesce(cast($most as bigint), 10)
