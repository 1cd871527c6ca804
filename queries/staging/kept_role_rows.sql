-- Grain:   one row per row of role history in force, of sources whose loads add to each other or carry changes alone
-- Key:     load_order, row_number
-- Answers: which rows of many loads count, and since when has gapwatch known them?
-- Not for: sources that replace everything with whole rows (see staged_role_history, which reads those directly)
with

loaded_rows as (
    select
        landed_role_history.worker_id,
        landed_role_history.assignment_key,
        landed_role_history.effective_from_on,
        landed_role_history.effective_from_local,
        landed_role_history.effective_from_at,
        landed_role_history.sequence,
        landed_role_history.effective_to_on,
        landed_role_history.effective_to_local,
        landed_role_history.effective_to_at,
        landed_role_history.recorded_at,
        landed_role_history.status,
        landed_role_history.employment_type,
        landed_role_history.job_code,
        landed_role_history.job_title,
        landed_role_history.department,
        landed_role_history.cost_center,
        landed_role_history.site,
        landed_role_history.manager_id,
        landed_role_history.agency,
        landed_role_history.sponsor_id,
        landed_role_history.contract_end_on,
        landed_role_history.task_scope,
        landed_role_history.event_reason,
        landed_role_history.emptied,
        coalesce(landed_role_history.is_deleted, false) as is_deleted,
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
        landed_role_history.load_id,
        landed_role_history.row_number,
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
        worker_id,
        assignment_key,
        effective_from_on,
        effective_from_local,
        effective_from_at,
        sequence,
        effective_to_on,
        effective_to_local,
        effective_to_at,
        recorded_at,
        status,
        employment_type,
        job_code,
        job_title,
        department,
        cost_center,
        site,
        manager_id,
        agency,
        sponsor_id,
        contract_end_on,
        task_scope,
        event_reason,
        emptied,
        carries,
        source,
        source_timezone,
        load_order,
        is_folded,
        observed_at,
        false as is_from_first_snapshot,
        load_id,
        row_number,
    from place_rows
    where
        not is_deleted
        and (replaced_up_to is null or replaced_up_to <= place)
    union all
    select
        snapshot_role_rows.worker_id,
        snapshot_role_rows.assignment_key,
        snapshot_role_rows.effective_from_on,
        snapshot_role_rows.effective_from_local,
        snapshot_role_rows.effective_from_at,
        snapshot_role_rows.sequence,
        snapshot_role_rows.effective_to_on,
        snapshot_role_rows.effective_to_local,
        snapshot_role_rows.effective_to_at,
        snapshot_role_rows.recorded_at,
        snapshot_role_rows.status,
        snapshot_role_rows.employment_type,
        snapshot_role_rows.job_code,
        snapshot_role_rows.job_title,
        snapshot_role_rows.department,
        snapshot_role_rows.cost_center,
        snapshot_role_rows.site,
        snapshot_role_rows.manager_id,
        snapshot_role_rows.agency,
        snapshot_role_rows.sponsor_id,
        snapshot_role_rows.contract_end_on,
        snapshot_role_rows.task_scope,
        snapshot_role_rows.event_reason,
        null as emptied,
        loads_in_force.carries,
        snapshot_role_rows.source,
        loads_in_force.source_timezone,
        snapshot_role_rows.load_order,
        loads_in_force.is_folded,
        snapshot_role_rows.observed_at,
        snapshot_role_rows.is_from_first_snapshot,
        snapshot_role_rows.load_id,
        snapshot_role_rows.row_number,
    from snapshot_role_rows
    inner join loads_in_force on snapshot_role_rows.load_id = loads_in_force.load_id
),

final as (
    select *
    from all_rows
)

select * from final
