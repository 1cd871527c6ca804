-- Grain:   one row per course and version in force
-- Key:     course_id, version
-- Answers: which courses does the LMS hold?
-- Not for: what earlier loads said (see landed_lms_courses)
with

keep_known_rows as (
    select
        landed_lms_courses.course_id,
        landed_lms_courses.title,
        landed_lms_courses.version,
        landed_lms_courses.is_active,
        loads_in_force.source,
        landed_lms_courses.load_id,
        landed_lms_courses.row_number,
        row_number() over (
            partition by landed_lms_courses.course_id, landed_lms_courses.version
            order by loads_in_force.loaded_at desc, landed_lms_courses.load_id desc, landed_lms_courses.row_number desc
        ) as key_rank,
    from landed_lms_courses
    inner join loads_in_force on landed_lms_courses.load_id = loads_in_force.load_id
),

final as (
    select
        course_id,
        title,
        version,
        is_active,
        source,
        load_id,
        row_number,
    from keep_known_rows
    where key_rank = 1
)

select * from final
