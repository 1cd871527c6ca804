-- Grain:   one row per worker, assignment, effective date and sequence in force
-- Key:     load_id, row_number
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
        landed_role_history.load_id,
        landed_role_history.row_number,
    from landed_role_history
    inner join loads_in_force on landed_role_history.load_id = loads_in_force.load_id
    where landed_role_history.recorded_at is null or landed_role_history.recorded_at <= (select known_at from run_parameters)
)

select * from final
