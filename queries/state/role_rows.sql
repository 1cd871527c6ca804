-- Grain:   one row per row of role history in force
-- Key:     load_order, row_number
-- Answers: at which instants does a row of role history start and end, in which order do rows count?
-- Not for: who held what (later rows overrule earlier ones; see role_states)
with

add_zone as (
    select
        staged_role_history.*,
        coalesce(site_keys.timezone, staged_role_history.source_timezone) as timezone,
    from staged_role_history
    left join site_keys on staged_role_history.site = site_keys.site
),

task_scope_items as (
    select
        task_scope,
        trim(unnest(string_split(task_scope, ';'))) as item,
    from (select distinct task_scope from staged_role_history where task_scope is not null)
),

task_scope_sets as (
    select
        task_scope,
        string_agg(distinct item, ';' order by item) as task_scope_set,
    from task_scope_items
    where item <> ''
    group by task_scope
),

final as (
    select
        worker_keys.worker_key,
        add_zone.worker_id,
        add_zone.assignment_key,
        coalesce(
            add_zone.effective_from_local,
            timezone(add_zone.timezone, timezone('UTC', add_zone.effective_from_at))
        ) as written_from,
        add_zone.sequence,
        coalesce(add_zone.effective_from_at, from_midnights.starts_at) as effective_at,
        coalesce(add_zone.effective_to_at, to_midnights.starts_at) as ends_at,
        case
            when add_zone.employment_type in ('contractor', 'temporary', 'agency') then contract_midnights.starts_at
        end as contract_ends_at,
        add_zone.recorded_at,
        add_zone.observed_at,
        add_zone.is_from_first_snapshot,
        add_zone.status,
        add_zone.employment_type,
        coalesce(add_zone.employment_type in ('contractor', 'temporary', 'agency'), false) as is_contingent,
        add_zone.job_code,
        add_zone.job_title,
        add_zone.department,
        add_zone.cost_center,
        add_zone.site,
        add_zone.timezone,
        add_zone.manager_id,
        add_zone.agency,
        add_zone.sponsor_id,
        add_zone.contract_end_on,
        add_zone.task_scope,
        task_scope_sets.task_scope_set,
        add_zone.source,
        add_zone.load_order,
        add_zone.load_id,
        add_zone.row_number,
    from add_zone
    inner join worker_keys on add_zone.worker_id = worker_keys.worker_id
    left join task_scope_sets on add_zone.task_scope = task_scope_sets.task_scope
    left join local_midnights as from_midnights
        on add_zone.timezone = from_midnights.timezone
        and add_zone.effective_from_on = from_midnights.local_on
    left join local_midnights as to_midnights
        on add_zone.timezone = to_midnights.timezone
        and add_zone.effective_to_on = to_midnights.local_on
    left join local_midnights as contract_midnights
        on add_zone.timezone = contract_midnights.timezone
        and cast(add_zone.contract_end_on + interval '1' day as date) = contract_midnights.local_on
)

select * from final
