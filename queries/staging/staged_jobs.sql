-- Grain:   one row per job code in force
-- Key:     job_code
-- Answers: which training profile does a job code map to?
-- Not for: what earlier loads said (see landed_jobs)
with

deletions as (
    select
        loads_in_force.source,
        loads_in_force.load_order,
        landed_jobs.row_number,
        landed_jobs.job_code,
    from landed_jobs
    inner join loads_in_force on landed_jobs.load_id = loads_in_force.load_id
    where
        landed_jobs.is_deleted
        and not loads_in_force.is_folded
),

whole_rows as (
    select
        landed_jobs.job_code,
        landed_jobs.job_title,
        landed_jobs.training_profile,
        loads_in_force.source,
        loads_in_force.load_order,
        landed_jobs.load_id,
        landed_jobs.row_number,
    from landed_jobs
    inner join loads_in_force on landed_jobs.load_id = loads_in_force.load_id
    anti join deletions
        on loads_in_force.source = deletions.source
        and landed_jobs.job_code = deletions.job_code
        and (
            loads_in_force.load_order < deletions.load_order
            or (loads_in_force.load_order = deletions.load_order and landed_jobs.row_number < deletions.row_number)
        )
    where
        not loads_in_force.is_folded
        and not coalesce(landed_jobs.is_deleted, false)
),

all_rows as (
    select *
    from whole_rows
    union all
    select
        job_code,
        job_title,
        training_profile,
        source,
        load_order,
        load_id,
        row_number,
    from folded_jobs
    where is_newest and not is_deleted
),

rank_rows as (
    select
        *,
        row_number() over (
            partition by job_code
            order by load_order desc, row_number desc
        ) as key_rank,
    from all_rows
),

final as (
    select
        job_code,
        job_title,
        training_profile,
        source,
        load_id,
        row_number,
    from rank_rows
    where key_rank = 1
)

select * from final
