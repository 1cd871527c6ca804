-- Grain:   one row per row of role history in force
-- Key:     load_order, row_number
-- Answers: what did HR write about roles?
-- Not for: what earlier loads said (see landed_role_history)
with

whole_rows as (
    select
        landed_role_history.* exclude (is_deleted, emptied, extra),
        loads_in_force.source,
        loads_in_force.source_timezone,
        loads_in_force.load_order,
        cast(null as timestamp) as observed_at,
        false as is_from_first_snapshot,
    from landed_role_history
    inner join loads_in_force on landed_role_history.load_id = loads_in_force.load_id
    where
        not loads_in_force.is_merged
        and not loads_in_force.is_folded
        and not coalesce(landed_role_history.is_deleted, false)
        and (landed_role_history.recorded_at is null or landed_role_history.recorded_at <= (select known_at from run_parameters))
),

-- All three have the landed columns first, in their order.
all_rows as (
    select *
    from whole_rows
    union all
    select * exclude (emptied, carries, is_folded)
    from kept_role_rows
    where not is_folded
    union all
    select *
    from carried_role_rows
    where status is not null
),

final as (
    select *
    from all_rows
)

select * from final
