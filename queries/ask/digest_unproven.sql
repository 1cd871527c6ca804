-- Grain:   one row per source that can't be relied on at as_of, and one with source NULL for all of them together
-- Answers: how many workers can't be evaluated because of which late, held or missing source ($sites: a list; NULL is
--          everything)?
-- Not for: workers before the completions feed covers (digest_population)
with run as (
    select as_of from run_parameters
),

roles_in_scope as (
    select distinct role_states.worker_id
    from role_states
    cross join run
    where
        role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= run.as_of
        and (role_states.valid_to is null or role_states.valid_to > run.as_of)
        and list_contains(cast($sites as varchar[]), role_states.site)
),

unproven as (
    select
        unproven_states.worker_id,
        unproven_states.rests_on
    from unproven_states
    cross join run
    where
        unproven_states.valid_from <= run.as_of
        and (unproven_states.valid_to is null or unproven_states.valid_to > run.as_of)
        and unproven_states.not_evaluable_from <= run.as_of
        and (
            cast($sites as varchar[]) is null
            or list_contains(cast($sites as varchar[]), unproven_states.site)
            or (unproven_states.site is null and unproven_states.worker_id in (select worker_id from roles_in_scope))
        )
),

by_source as (
    select
        stopped_sources.source,
        count(distinct unproven.worker_id) as workers
    from stopped_sources
    left join unproven on list_contains(string_split(unproven.rests_on, '; '), stopped_sources.source)
    group by stopped_sources.source
),

final as (
    select source, workers
    from by_source
    union all
    select cast(null as varchar) as source, count(distinct worker_id) as workers
    from unproven
)

select * from final
order by source nulls last
