-- Grain:   one row per row in force of sync_runs, each time it came, from sources whose rows state only what changed
-- Key:     load_order, row_number
-- Answers: what was known of a run of the HRIS-LMS integration once that row had come?
-- Not for: what is in force now (see staged_sync_runs); is_newest marks the last word, which may be that it is deleted
with

place_rows as (
    select
        landed_sync_runs.run_id,
        landed_sync_runs.integration,
        landed_sync_runs.method,
        landed_sync_runs.started_at,
        landed_sync_runs.finished_at,
        landed_sync_runs.status,
        landed_sync_runs.records_in,
        landed_sync_runs.records_failed,
        landed_sync_runs.emptied,
        coalesce(landed_sync_runs.is_deleted, false) as is_deleted,
        known_loads.carries,
        known_loads.source,
        known_loads.load_order,
        landed_sync_runs.load_id,
        landed_sync_runs.row_number,
    from landed_sync_runs
    inner join loads_in_force on landed_sync_runs.load_id = loads_in_force.load_id
    inner join known_loads on loads_in_force.load_id = known_loads.content_load_id
    where
        loads_in_force.is_folded
        and known_loads.is_in_force
        and known_loads.is_applied
),

number_beginnings as (
    select
        *,
        -- a whole row begins anew, and so does the row after a deletion
        sum(case when carries = 'whole' then 1 else 0 end) over (
            partition by source, run_id
            order by load_order, row_number
            rows between unbounded preceding and current row
        ) + coalesce(
            sum(case when is_deleted then 1 else 0 end) over (
                partition by source, run_id
                order by load_order, row_number
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as beginning,
        row_number() over (
            partition by source, run_id
            order by load_order desc, row_number desc
        ) = 1 as is_newest,
    from place_rows
),

final as (
    select
        run_id,
        nullif(last_value(case when emptied like '%;integration;%' then '' else integration end ignore nulls) over since_whole, '') as integration,
        nullif(last_value(case when emptied like '%;method;%' then '' else method end ignore nulls) over since_whole, '') as method,
        nullif(last_value(case when emptied like '%;started_at;%' then timestamp '0001-01-01 00:00:00' else started_at end ignore nulls) over since_whole, timestamp '0001-01-01 00:00:00') as started_at,
        nullif(last_value(case when emptied like '%;finished_at;%' then timestamp '0001-01-01 00:00:00' else finished_at end ignore nulls) over since_whole, timestamp '0001-01-01 00:00:00') as finished_at,
        nullif(last_value(case when emptied like '%;status;%' then '' else status end ignore nulls) over since_whole, '') as status,
        cast(nullif(last_value(case when emptied like '%;records_in;%' then '' else cast(records_in as varchar) end ignore nulls) over since_whole, '') as bigint) as records_in,
        cast(nullif(last_value(case when emptied like '%;records_failed;%' then '' else cast(records_failed as varchar) end ignore nulls) over since_whole, '') as bigint) as records_failed,
        is_deleted,
        is_newest,
        source,
        load_order,
        load_id,
        row_number,
    from number_beginnings
    window since_whole as (
        partition by source, run_id, beginning
        order by load_order, row_number
        rows between unbounded preceding and current row
    )
)

select * from final
