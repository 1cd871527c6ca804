-- Grain:   one row per failed record in force
-- Key:     load_id, row_number
-- Answers: which records did the integration fail on?
-- Not for: what earlier loads said (see landed_sync_errors)
with

full_rows as (
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
    where
        not loads_in_force.is_merged
        and not coalesce(landed_sync_errors.is_deleted, false)
),

-- What is delivered again is the same row: its last word holds.
rank_other_rows as (
    select
        landed_sync_errors.run_id,
        landed_sync_errors.occurred_at,
        landed_sync_errors.worker_ref,
        landed_sync_errors.error_type,
        landed_sync_errors.message,
        landed_sync_errors.is_deleted,
        loads_in_force.source,
        landed_sync_errors.load_id,
        landed_sync_errors.row_number,
        row_number() over (
            partition by loads_in_force.source, landed_sync_errors.run_id, landed_sync_errors.occurred_at, landed_sync_errors.worker_ref, landed_sync_errors.error_type, landed_sync_errors.message
            order by loads_in_force.load_order desc, landed_sync_errors.row_number desc
        ) as row_rank,
    from landed_sync_errors
    inner join loads_in_force on landed_sync_errors.load_id = loads_in_force.load_id
    where
        loads_in_force.is_merged
),

final as (
    select *
    from full_rows
    union all
    select
        run_id,
        occurred_at,
        worker_ref,
        error_type,
        message,
        source,
        load_id,
        row_number,
    from rank_other_rows
    where row_rank = 1 and not coalesce(is_deleted, false)
)

select * from final
