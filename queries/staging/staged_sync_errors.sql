-- Grain:   one row per failed record in force
-- Key:     load_id, row_number
-- Answers: which records did the integration fail on?
-- Not for: what earlier loads said (see landed_sync_errors)
with

final as (
    select
        landed_sync_errors.run_id,
        landed_sync_errors.occurred_at,
        landed_sync_errors.worker_ref,
        landed_sync_errors.error_type,
        landed_sync_errors.message,
        loads_in_force.source,
        landed_sync_errors.load_id,
        landed_sync_errors.row_number,
    from landed_sync_errors
    inner join loads_in_force on landed_sync_errors.load_id = loads_in_force.load_id
)

select * from final
