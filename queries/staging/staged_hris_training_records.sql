-- Grain:   one row per completion as the HRIS holds it in force
-- Key:     load_id, row_number
-- Answers: which completions came back to the HRIS?
-- Not for: what earlier loads said (see landed_hris_training_records)
with

final as (
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
    where landed_hris_training_records.recorded_at is null or landed_hris_training_records.recorded_at <= (select known_at from run_parameters)
)

select * from final
