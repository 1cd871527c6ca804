-- Grain:   one row per attempt in force
-- Key:     completion_id
-- Answers: which attempts at a course were recorded?
-- Not for: what earlier loads said (see landed_lms_completions)
with

keep_known_rows as (
    select
        landed_lms_completions.completion_id,
        landed_lms_completions.account_id,
        landed_lms_completions.course_id,
        landed_lms_completions.completed_at,
        landed_lms_completions.result,
        landed_lms_completions.score,
        landed_lms_completions.expires_at,
        landed_lms_completions.recorded_at,
        landed_lms_completions.site,
        landed_lms_completions.course_version,
        landed_lms_completions.evaluator,
        landed_lms_completions.verification_method,
        loads_in_force.source,
        landed_lms_completions.load_id,
        landed_lms_completions.row_number,
        row_number() over (
            partition by landed_lms_completions.completion_id
            order by loads_in_force.loaded_at desc, landed_lms_completions.load_id desc, landed_lms_completions.row_number desc
        ) as key_rank,
    from landed_lms_completions
    inner join loads_in_force on landed_lms_completions.load_id = loads_in_force.load_id
    where landed_lms_completions.recorded_at is null or landed_lms_completions.recorded_at <= (select known_at from run_parameters)
),

final as (
    select
        completion_id,
        account_id,
        course_id,
        completed_at,
        result,
        score,
        expires_at,
        recorded_at,
        site,
        course_version,
        evaluator,
        verification_method,
        source,
        load_id,
        row_number,
    from keep_known_rows
    where key_rank = 1
)

select * from final
