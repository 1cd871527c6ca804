-- Grain:   one row per job code in force
-- Key:     job_code
-- Answers: which training profile does a job code map to?
-- Not for: what earlier loads said (see landed_jobs)
with

keep_known_rows as (
    select
        landed_jobs.job_code,
        landed_jobs.job_title,
        landed_jobs.training_profile,
        loads_in_force.source,
        landed_jobs.load_id,
        landed_jobs.row_number,
        row_number() over (
            partition by landed_jobs.job_code
            order by loads_in_force.loaded_at desc, landed_jobs.load_id desc, landed_jobs.row_number desc
        ) as key_rank,
    from landed_jobs
    inner join loads_in_force on landed_jobs.load_id = loads_in_force.load_id
),

final as (
    select
        job_code,
        job_title,
        training_profile,
        source,
        load_id,
        row_number,
    from keep_known_rows
    where key_rank = 1
)

select * from final
