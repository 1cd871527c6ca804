-- Grain:   one row per run of the HRIS-LMS integration in force
-- Key:     run_id
-- Answers: when did the integration run, and how did it end?
-- Not for: what earlier loads said (see landed_sync_runs)
with

deletions as (
    select
        loads_in_force.source,
        loads_in_force.load_order,
        landed_sync_runs.row_number,
        landed_sync_runs.run_id,
    from landed_sync_runs
    inner join loads_in_force on landed_sync_runs.load_id = loads_in_force.load_id
    where
        landed_sync_runs.is_deleted
        and not loads_in_force.is_folded
),

whole_rows as (
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
        loads_in_force.load_order,
        landed_sync_runs.load_id,
        landed_sync_runs.row_number,
    from landed_sync_runs
    inner join loads_in_force on landed_sync_runs.load_id = loads_in_force.load_id
    anti join deletions
        on loads_in_force.source = deletions.source
        and landed_sync_runs.run_id = deletions.run_id
        and (
            loads_in_force.load_order < deletions.load_order
            or (loads_in_force.load_order = deletions.load_order and landed_sync_runs.row_number < deletions.row_number)
        )
    where
        not loads_in_force.is_folded
        and not coalesce(landed_sync_runs.is_deleted, false)
),

all_rows as (
    select *
    from whole_rows
    union all
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
        load_order,
        load_id,
        row_number,
    from folded_sync_runs
    where is_newest and not is_deleted and integration is not null and started_at is not null and status is not null
),

rank_rows as (
    select
        *,
        row_number() over (
            partition by run_id
            order by load_order desc, row_number desc
        ) as key_rank,
    from all_rows
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
    from rank_rows
    where key_rank = 1
)

select * from final
