-- Grain:   one row
-- Answers: who and what was looked at for these sites at as_of ($sites: a list; NULL is everything)?
-- Not for: compliance percentages
with run as (
    select as_of from run_parameters
),

heads as (
    select
        count(distinct worker_keys.person_key) as people,
        count(distinct role_states.site) as sites
    from role_states
    cross join run
    inner join worker_keys on worker_keys.worker_key = role_states.worker_key
    where
        role_states.is_employed
        and role_states.valid_from <= run.as_of
        and (role_states.valid_to is null or role_states.valid_to > run.as_of)
        and (cast($sites as varchar[]) is null or list_contains(cast($sites as varchar[]), role_states.site))
),

obligations_in_scope as (
    select
        worker_key,
        known_state as state
    from required_now
    where cast($sites as varchar[]) is null and is_first
    union all
    select distinct on (period_key)
        worker_key,
        known_state as state
    from required_now
    where list_contains(cast($sites as varchar[]), site)
),

states as (
    select
        count(*) as obligations,
        count(*) filter (where state = 'trained') as trained,
        count(*) filter (where state = 'gap') as gap,
        count(*) filter (where state = 'waived') as waived,
        count(*) filter (where state = 'on_leave') as on_leave,
        count(*) filter (where state = 'in_grace') as in_grace,
        count(*) filter (where state = 'not_evaluable') as not_evaluable,
        count(distinct worker_key) filter (where state = 'not_evaluable') as workers_not_evaluable
    from obligations_in_scope
),

final as (
    select *
    from heads
    cross join states
)

select * from final
