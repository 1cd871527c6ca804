-- Grain:   one row per completion as the HRIS holds it in force
-- Key:     load_id, row_number
-- Answers: which completions came back to the HRIS?
-- Not for: what earlier loads said (see landed_hris_training_records)
with

full_rows as (
    select
        landed_hris_training_records.worker_id,
        landed_hris_training_records.course_id,
        landed_hris_training_records.completed_at,
        landed_hris_training_records.result,
        landed_hris_training_records.recorded_at,
        loads_in_force.source,
        landed_hris_training_records.load_id,
        landed_hris_training_records.row_number,
    from landed_hris_training_records
    inner join loads_in_force on landed_hris_training_records.load_id = loads_in_force.load_id
    where
        not loads_in_force.is_merged
        and not coalesce(landed_hris_training_records.is_deleted, false)
        and (landed_hris_training_records.recorded_at is null or landed_hris_training_records.recorded_at <= (select known_at from run_parameters))
),

-- What is delivered again is the same row: its last word holds.
rank_other_rows as (
    select
        landed_hris_training_records.worker_id,
        landed_hris_training_records.course_id,
        landed_hris_training_records.completed_at,
        landed_hris_training_records.result,
        landed_hris_training_records.recorded_at,
        landed_hris_training_records.is_deleted,
        loads_in_force.source,
        landed_hris_training_records.load_id,
        landed_hris_training_records.row_number,
        row_number() over (
            partition by loads_in_force.source, landed_hris_training_records.worker_id, landed_hris_training_records.course_id, landed_hris_training_records.completed_at
            order by loads_in_force.load_order desc, landed_hris_training_records.row_number desc
        ) as row_rank,
    from landed_hris_training_records
    inner join loads_in_force on landed_hris_training_records.load_id = loads_in_force.load_id
    where
        loads_in_force.is_merged
        and (landed_hris_training_records.recorded_at is null or landed_hris_training_records.recorded_at <= (select known_at from run_parameters))
),

final as (
    select *
    from full_rows
    union all
    select
        worker_id,
        course_id,
        completed_at,
        result,
        recorded_at,
        source,
        load_id,
        row_number,
    from rank_other_rows
    where row_rank = 1 and not coalesce(is_deleted, false)
)

select * from final
