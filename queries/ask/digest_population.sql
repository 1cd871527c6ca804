-- Grain:   one row
-- Answers: who and what was looked at for these sites at as_of ($sites: a list; NULL is everything)?
-- Not for: compliance percentages
with run as (
    select as_of from run_parameters
),

people as (
    select
        worker_id,
        min(person_id) as person_id
    from staged_workers
    group by worker_id
),

employed as (
    select distinct
        role_states.worker_id,
        role_states.site
    from role_states
    cross join run
    where
        role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= run.as_of
        and (role_states.valid_to is null or role_states.valid_to > run.as_of)
        and (cast($sites as varchar[]) is null or list_contains(cast($sites as varchar[]), role_states.site))
),

heads as (
    select
        count(distinct coalesce(people.person_id, employed.worker_id)) as people,
        count(distinct employed.site) as sites
    from employed
    left join people on people.worker_id = employed.worker_id
),

obligations as (
    select distinct
        compliance_timeline.worker_id,
        compliance_timeline.requirement_id,
        compliance_timeline.site,
        compliance_timeline.state
    from compliance_timeline
    cross join run
    where
        compliance_timeline.valid_from <= run.as_of
        and (compliance_timeline.valid_to is null or compliance_timeline.valid_to > run.as_of)
),

obligations_in_scope as (
    select *
    from obligations
    where
        cast($sites as varchar[]) is null
        or list_contains(cast($sites as varchar[]), site)
        or (site is null and worker_id in (select worker_id from employed))
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
        count(distinct worker_id) filter (where state = 'not_evaluable') as workers_not_evaluable
    from obligations_in_scope
),

final as (
    select *
    from heads
    cross join states
)

select * from final
