-- Grain:   one row per row of role history in force, of sources whose loads add to each other or carry changes alone
-- Key:     load_order, row_number
-- Answers: which rows of many loads count, and since when has gapwatch known them?
-- Not for: sources that replace everything with whole rows (see staged_role_history, which reads those directly)
with

loaded_rows as (
    select
        landed_role_history.* exclude (extra) replace (coalesce(landed_role_history.is_deleted, false) as is_deleted),
        loads_in_force.mode,
        loads_in_force.carries,
        loads_in_force.source,
        loads_in_force.source_timezone,
        loads_in_force.content_loaded_at,
        loads_in_force.is_history_stated,
        loads_in_force.load_order,
        loads_in_force.is_folded,
        -- the key is as written: before a last day became the first day after
        case
            when landed_role_history.status = 'terminated' and loads_in_force.termination_dates = 'last_day'
            then cast(landed_role_history.effective_from_on - interval '1' day as date)
            else landed_role_history.effective_from_on
        end as key_on,
        case when landed_role_history.effective_from_on is null then landed_role_history.effective_from_local end as key_local,
    from landed_role_history
    inner join loads_in_force on landed_role_history.load_id = loads_in_force.load_id
    where
        (loads_in_force.is_merged or loads_in_force.is_folded)
        and loads_in_force.mode <> 'snapshot'
        and (landed_role_history.recorded_at is null or landed_role_history.recorded_at <= (select known_at from run_parameters))
),

number_rows as (
    select
        *,
        row_number() over (partition by source order by load_order, row_number) as place,
    from loaded_rows
),

place_rows as (
    select
        *,
        -- a deletion, or a whole row of a source that sends what is new, replaces what was there under its key
        max(
            case
                when mode <> 'full' and carries = 'whole' then place
                when is_deleted and carries = 'changes' then place
            end
        ) over (
            partition by
                source, worker_id, assignment_key, key_on, key_local, effective_from_at, sequence
        ) as replaced_up_to,
        case
            when not is_history_stated
            then min(case when not is_deleted then content_loaded_at end) over (
                partition by
                    source, worker_id, assignment_key, key_on, key_local, effective_from_at, sequence, status,
                    employment_type, job_code, task_scope, site
            )
        end as observed_at,
    from number_rows
),

all_rows as (
    select
        * exclude (
            is_deleted, mode, content_loaded_at, is_history_stated, key_on, key_local, place, replaced_up_to, observed_at
        ),
        observed_at,
        false as is_from_first_snapshot,
    from place_rows
    where
        not is_deleted
        and (replaced_up_to is null or replaced_up_to <= place)
    union all
    -- both have the landed columns first, in their order
    select
        snapshot_role_rows.* exclude (source, load_order, observed_at, is_from_first_snapshot),
        loads_in_force.carries,
        snapshot_role_rows.source,
        loads_in_force.source_timezone,
        snapshot_role_rows.load_order,
        loads_in_force.is_folded,
        snapshot_role_rows.observed_at,
        snapshot_role_rows.is_from_first_snapshot,
    from snapshot_role_rows
    inner join loads_in_force on snapshot_role_rows.load_id = loads_in_force.load_id
),

final as (
    select *
    from all_rows
)

select * from final
