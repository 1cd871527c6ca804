-- Grain:   one row per attempt in force
-- Key:     completion_id
-- Answers: which attempts at a course were recorded?
-- Not for: what earlier loads said; account_key is NULL where the account is not in lms_accounts (see landed_lms_completions)
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
        row_number() over (order by keep_known_rows.completion_id) as completion_key,
        account_keys.account_key,
        course_keys.course_key,
        keep_known_rows.completion_id,
        keep_known_rows.account_id,
        keep_known_rows.course_id,
        keep_known_rows.completed_at,
        keep_known_rows.result,
        keep_known_rows.score,
        keep_known_rows.expires_at,
        keep_known_rows.recorded_at,
        keep_known_rows.site,
        keep_known_rows.course_version,
        keep_known_rows.evaluator,
        keep_known_rows.verification_method,
        keep_known_rows.source,
        keep_known_rows.load_id,
        keep_known_rows.row_number,
    from keep_known_rows
    inner join course_keys on keep_known_rows.course_id = course_keys.course_id
    left join account_keys on keep_known_rows.account_id = account_keys.account_id
    where keep_known_rows.key_rank = 1
)

select * from final
