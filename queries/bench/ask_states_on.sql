-- Grain:   one row per site, requirement and state
-- Key:     site, requirement_id, state
-- Answers: how many worker-requirements were in which state at $at? (site is NULL where the requirement is not site-specific)
-- Not for: people (one may owe several requirements)
with

count_states as (
    select
        site_key,
        requirement_key,
        state_rank,
        count(*) as worker_requirements,
    from timeline_segments
    where valid_from <= $at and valid_to > $at
    group by site_key, requirement_key, state_rank
),

final as (
    select
        site_keys.site,
        requirement_keys.requirement_id,
        timeline_states.state,
        count_states.worker_requirements,
    from count_states
    inner join requirement_keys on count_states.requirement_key = requirement_keys.requirement_key
    inner join timeline_states on count_states.state_rank = timeline_states.state_rank
    left join site_keys on count_states.site_key = site_keys.site_key
)

select * from final
order by site, requirement_id, state
