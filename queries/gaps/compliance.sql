-- Grain:   one row per site, and one with site NULL for the organisation
-- Key:     site
-- Answers: how many requirements are met, and how many people have no gap, at as_of?
-- Not for: history (see compliance_timeline)
with

states_now as (
    select
        period_key,
        worker_key,
        person_key,
        requirement_key,
        site_key,
        is_site_specific,
        state,
    from timeline_segments
    where valid_to = timestamp '9999-12-31 00:00:00'
),

stretches_now as (
    select role_key, worker_key, requirement_key, site_key
    from requiring_stretches
    where
        valid_from <= (select as_of from run_parameters)
        and valid_to > (select as_of from run_parameters)
),

roles_that_require as (
    select distinct
        states_now.period_key,
        role_intervals.site_key,
    from states_now
    inner join stretches_now
        on states_now.worker_key = stretches_now.worker_key
        and states_now.requirement_key = stretches_now.requirement_key
        and states_now.site_key = stretches_now.site_key
    inner join role_intervals on stretches_now.role_key = role_intervals.role_key
    where not states_now.is_site_specific
),

states_by_site as (
    select 0 as site_key, state, person_key
    from states_now
    union all
    select site_key, state, person_key
    from states_now
    where site_key > 0
    union all
    select roles_that_require.site_key, states_now.state, states_now.person_key
    from states_now
    inner join roles_that_require on states_now.period_key = roles_that_require.period_key
    where roles_that_require.site_key > 0
),

count_states as (
    select
        site_key,
        count(*) filter (where state = 'trained') as trained,
        count(*) filter (where state = 'gap') as gap,
        count(*) filter (where state = 'waived') as waived,
        count(*) filter (where state = 'on_leave') as on_leave,
        count(*) filter (where state = 'in_grace') as in_grace,
        count(*) filter (where state = 'not_evaluable') as not_evaluable,
    from states_by_site
    group by site_key
),

people_by_site as (
    select
        site_key,
        person_key,
        bool_or(state = 'gap') as has_gap,
    from states_by_site
    where state in ('trained', 'gap')
    group by site_key, person_key
),

count_people as (
    select
        site_key,
        count(*) as people,
        count(*) filter (where not has_gap) as people_without_gap,
    from people_by_site
    group by site_key
),

all_sites as (
    select 0 as site_key, null as site
    union all
    select site_key, site
    from site_keys
    where is_listed or site_key in (select site_key from count_states)
),

final as (
    select
        all_sites.site,
        coalesce(count_states.trained, 0) as trained,
        coalesce(count_states.gap, 0) as gap,
        coalesce(count_states.waived, 0) as waived,
        coalesce(count_states.on_leave, 0) as on_leave,
        coalesce(count_states.in_grace, 0) as in_grace,
        coalesce(count_states.not_evaluable, 0) as not_evaluable,
        100.0 * count_states.trained / nullif(count_states.trained + count_states.gap, 0) as requirement_compliance_pct,
        coalesce(count_people.people, 0) as people,
        coalesce(count_people.people_without_gap, 0) as people_without_gap,
        100.0 * count_people.people_without_gap / count_people.people as person_compliance_pct,
    from all_sites
    left join count_states on all_sites.site_key = count_states.site_key
    left join count_people on all_sites.site_key = count_people.site_key
)

select * from final
