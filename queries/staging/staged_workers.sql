-- Grain:   one row per worker in force
-- Key:     worker_id
-- Answers: who does the HRIS know?
-- Not for: what earlier loads said (see landed_workers)
with

deletions as (
    select
        loads_in_force.source,
        loads_in_force.load_order,
        landed_workers.row_number,
        landed_workers.worker_id,
    from landed_workers
    inner join loads_in_force on landed_workers.load_id = loads_in_force.load_id
    where
        landed_workers.is_deleted
        and not loads_in_force.is_folded
),

whole_rows as (
    select
        landed_workers.worker_id,
        landed_workers.person_id,
        landed_workers.full_name,
        landed_workers.email,
        landed_workers.username,
        landed_workers.hired_on,
        landed_workers.worker_type,
        loads_in_force.source,
        loads_in_force.load_order,
        landed_workers.load_id,
        landed_workers.row_number,
    from landed_workers
    inner join loads_in_force on landed_workers.load_id = loads_in_force.load_id
    anti join deletions
        on loads_in_force.source = deletions.source
        and landed_workers.worker_id = deletions.worker_id
        and (
            loads_in_force.load_order < deletions.load_order
            or (loads_in_force.load_order = deletions.load_order and landed_workers.row_number < deletions.row_number)
        )
    where
        not loads_in_force.is_folded
        and not coalesce(landed_workers.is_deleted, false)
),

all_rows as (
    select *
    from whole_rows
    union all
    select
        worker_id,
        person_id,
        full_name,
        email,
        username,
        hired_on,
        worker_type,
        source,
        load_order,
        load_id,
        row_number,
    from folded_workers
    where is_newest and not is_deleted
),

rank_rows as (
    select
        *,
        row_number() over (
            partition by worker_id
            order by load_order desc, row_number desc
        ) as key_rank,
    from all_rows
),

final as (
    select
        worker_id,
        person_id,
        full_name,
        email,
        username,
        hired_on,
        worker_type,
        source,
        load_id,
        row_number,
    from rank_rows
    where key_rank = 1
)

select * from final
