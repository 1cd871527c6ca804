-- Grain:   one row per known worker out of scope, and one per rejected source row
-- Answers: who and what was left out, and by which rule?
-- Not for: loads that were held whole (see the sources)
with

known_workers as (
    select staged_workers.worker_id from staged_workers
    union
    select staged_role_history.worker_id from staged_role_history
),

scoped_workers as (
    select distinct role_states.worker_id
    from role_states
    where role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= cast($period_to as timestamp)
        and (
            role_states.valid_to is null
            or cast($period_from as timestamp) is null
            or role_states.valid_to > cast($period_from as timestamp)
        )
        and (
            cast($sites as varchar[]) is null
            or list_contains(cast($sites as varchar[]), role_states.site)
        )
        and (
            cast($departments as varchar[]) is null
            or list_contains(cast($departments as varchar[]), role_states.department)
        )
        and (
            cast($workers as varchar[]) is null
            or list_contains(cast($workers as varchar[]), role_states.worker_id)
        )
),

employments as (
    select
        role_states.worker_id,
        bool_or(role_states.status in ('active', 'leave', 'suspended')) as is_ever_employed,
        bool_or(
            role_states.status in ('active', 'leave', 'suspended')
            and role_states.valid_from <= cast($period_to as timestamp)
            and (
                role_states.valid_to is null
                or cast($period_from as timestamp) is null
                or role_states.valid_to > cast($period_from as timestamp)
            )
        ) as is_employed_in_period,
    from role_states
    group by role_states.worker_id
),

excluded_workers as (
    select
        'worker' as what,
        case
            when cast($workers as varchar[]) is not null
                and not list_contains(cast($workers as varchar[]), known_workers.worker_id) then 'not named'
            when employments.worker_id is null then 'no role history'
            when not employments.is_ever_employed then 'never employed'
            when not employments.is_employed_in_period then 'not employed in the period'
            else 'not at a site or in a department asked for'
        end as rule,
        known_workers.worker_id,
        cast(null as varchar) as feed,
        cast(null as varchar) as load_id,
        cast(null as bigint) as row_number,
        cast(null as varchar) as column_name,
        cast(null as varchar) as raw_value,
        cast(null as varchar) as reason,
    from known_workers
    anti join scoped_workers on known_workers.worker_id = scoped_workers.worker_id
    left join employments on known_workers.worker_id = employments.worker_id
),

rejected_rows as (
    select
        'source row' as what,
        'rejected on loading' as rule,
        cast(null as varchar) as worker_id,
        loads.feed,
        rejects.load_id,
        rejects.row_number,
        rejects.column_name,
        rejects.raw_value,
        rejects.reason,
    from rejects
    left join loads on rejects.load_id = loads.load_id
),

final as (
    select * from excluded_workers
    union all
    select * from rejected_rows
    order by what desc, rule, worker_id, load_id, row_number, column_name, reason
)

select * from final
