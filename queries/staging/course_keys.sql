-- Grain:   one row per course named anywhere in force
-- Key:     course_key
-- Answers: which number stands for a course?
-- Not for: the catalogue of courses (see staged_lms_courses)
with

named_courses as (
    select course_id from landed_lms_assignments
    union
    select course_id from landed_lms_completions
    union
    select course_id from policy_course_credits
),

final as (
    select
        cast(row_number() over (order by course_id) as integer) as course_key,
        course_id,
    from named_courses
)

select * from final
