-- Grain:   one row per attempt of the generated company
-- Key:     completion_id
-- Answers: what staging makes of generated_lms_completions, without its search for later versions of a row
-- Not for: anything but measuring
with

accounts as (
    select
        account_key,
        account_id,
        cast(substring(account_id, 2) as integer) - 100000000 as number,
    from account_keys
),

courses as (
    select
        course_key,
        course_id,
        cast(substring(course_id, 2) as integer) - 100 as requirement,
    from course_keys
)

select
    generated_lms_completions.row_number as completion_key,
    accounts.account_key,
    courses.course_key,
    generated_lms_completions.completion_id,
    accounts.account_id,
    courses.course_id,
    generated_lms_completions.completed_at,
    generated_lms_completions.result,
    generated_lms_completions.score,
    generated_lms_completions.expires_at,
    generated_lms_completions.recorded_at,
    generated_lms_completions.site,
    generated_lms_completions.course_version,
    generated_lms_completions.evaluator,
    generated_lms_completions.verification_method,
    'lms_completions' as source,
    'generated-lms_completions' as load_id,
    generated_lms_completions.row_number,
from generated_lms_completions
inner join courses on generated_lms_completions.requirement = courses.requirement
inner join accounts on generated_lms_completions.number = accounts.number
where generated_lms_completions.recorded_at <= (select known_at from run_parameters)
