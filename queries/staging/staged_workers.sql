-- Grain:   one row per worker in force
-- Key:     worker_id
-- Answers: who does the HRIS know?
-- Not for: what earlier loads said (see landed_workers)
with

keep_known_rows as (
    select
        landed_workers.worker_id,
        landed_workers.person_id,
        landed_workers.full_name,
        landed_workers.email,
        landed_workers.username,
        landed_workers.hired_on,
        landed_workers.worker_type,
        loads_in_force.source,
        landed_workers.load_id,
        landed_workers.row_number,
        row_number() over (
            partition by landed_workers.worker_id
            order by loads_in_force.loaded_at desc, landed_workers.load_id desc, landed_workers.row_number desc
        ) as key_rank,
    from landed_workers
    inner join loads_in_force on landed_workers.load_id = loads_in_force.load_id
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
    from keep_known_rows
    where key_rank = 1
)

select * from final
