-- Grain:   one row per row of role history in force
-- Key:     load_order, row_number
-- Answers: what did HR write about roles?
-- Not for: what earlier loads said (see landed_role_history)
with

final as (
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
        loads_in_force.source,
        loads_in_force.source_timezone,
        loads_in_force.load_order,
        cast(null as timestamp) as observed_at,
        false as is_from_first_snapshot,
        landed_role_history.load_id,
        landed_role_history.row_number,
    from landed_role_history
    inner join loads_in_force on landed_role_history.load_id = loads_in_force.load_id
    where
        not loads_in_force.is_merged
        and not loads_in_force.is_folded
        and not coalesce(landed_role_history.is_deleted, false)
        and (landed_role_history.recorded_at is null or landed_role_history.recorded_at <= (select known_at from run_parameters))
    union all
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
        source,
        source_timezone,
        load_order,
        observed_at,
        is_from_first_snapshot,
        load_id,
        row_number,
    from kept_role_rows
    where not is_folded
    union all
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
        source,
        source_timezone,
        load_order,
        observed_at,
        is_from_first_snapshot,
        load_id,
        row_number,
    from carried_role_rows
    where status is not null
)

select * from final
