-- Grain:   one row per course and version in force
-- Key:     course_id, version
-- Answers: which courses does the LMS hold?
-- Not for: what earlier loads said (see landed_lms_courses)
with

deletions as (
    select
        loads_in_force.source,
        loads_in_force.load_order,
        landed_lms_courses.row_number,
        landed_lms_courses.course_id,
        landed_lms_courses.version,
    from landed_lms_courses
    inner join loads_in_force on landed_lms_courses.load_id = loads_in_force.load_id
    where
        landed_lms_courses.is_deleted
        and not loads_in_force.is_folded
),

whole_rows as (
    select
        landed_lms_courses.course_id,
        landed_lms_courses.title,
        landed_lms_courses.version,
        landed_lms_courses.is_active,
        loads_in_force.source,
        loads_in_force.load_order,
        landed_lms_courses.load_id,
        landed_lms_courses.row_number,
    from landed_lms_courses
    inner join loads_in_force on landed_lms_courses.load_id = loads_in_force.load_id
    anti join deletions
        on loads_in_force.source = deletions.source
        and landed_lms_courses.course_id = deletions.course_id
        and landed_lms_courses.version is not distinct from deletions.version
        and (
            loads_in_force.load_order < deletions.load_order
            or (loads_in_force.load_order = deletions.load_order and landed_lms_courses.row_number < deletions.row_number)
        )
    where
        not loads_in_force.is_folded
        and not coalesce(landed_lms_courses.is_deleted, false)
),

all_rows as (
    select *
    from whole_rows
    union all
    select
        course_id,
        title,
        version,
        is_active,
        source,
        load_order,
        load_id,
        row_number,
    from folded_lms_courses
    where is_newest and not is_deleted
),

rank_rows as (
    select
        *,
        row_number() over (
            partition by course_id, version
            order by load_order desc, row_number desc
        ) as key_rank,
    from all_rows
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
    from rank_rows
    where key_rank = 1
)

select * from final
