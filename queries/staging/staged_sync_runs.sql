-- Grain:   one row per run of the HRIS-LMS integration in force
-- Key:     run_id
-- Answers: when did the integration run, and how did it end?
-- Not for: what earlier loads said (see landed_sync_runs)
with

keep_known_rows as (
    select
        landed_sync_runs.run_id,
        landed_sync_runs.integration,
        landed_sync_runs.method,
        landed_sync_runs.started_at,
        landed_sync_runs.finished_at,
        landed_sync_runs.status,
        landed_sync_runs.records_in,
        landed_sync_runs.records_failed,
        loads_in_force.source,
        landed_sync_runs.load_id,
        landed_sync_runs.row_number,
        row_number() over (
            partition by landed_sync_runs.run_id
            order by loads_in_force.loaded_at desc, landed_sync_runs.load_id desc, landed_sync_runs.row_number desc
        ) as key_rank,
    from landed_sync_runs
    inner join loads_in_force on landed_sync_runs.load_id = loads_in_force.load_id
),

final as (
    select
        run_id,
        integration,
        method,
        started_at,
        finished_at,
        status,
        records_in,
        records_failed,
        source,
        load_id,
        row_number,
    from keep_known_rows
    where key_rank = 1
)

select * from final
