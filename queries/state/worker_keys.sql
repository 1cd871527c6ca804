-- Grain:   one row per worker known to the HRIS
-- Key:     worker_key
-- Answers: which number stands for a worker, and which for the person behind it?
-- Not for: who is employed (a worker may have left, or never started)
with

known_workers as (
    select worker_id from staged_workers
    union
    select worker_id from staged_role_history
),

add_person as (
    select
        known_workers.worker_id,
        staged_workers.person_id,
        staged_workers.hired_on,
        staged_workers.full_name,
        lower(staged_workers.email) as email,
        staged_workers.username,
    from known_workers
    left join staged_workers on known_workers.worker_id = staged_workers.worker_id
),

final as (
    select
        cast(row_number() over (order by worker_id) as integer) as worker_key,
        worker_id,
        -- a worker without person_id is a person of its own, even where another's person_id has the same text
        cast(dense_rank() over (order by coalesce(person_id, worker_id), person_id is null) as integer) as person_key,
        coalesce(person_id, worker_id) as person_id,
        hired_on,
        full_name,
        email,
        username,
    from add_person
)

select * from final
