-- Check:        every course of an LMS completion is in the courses feed, where there is one
-- Feed:         lms_completions
-- Severity:     warning
-- Rows checked: staged_lms_completions
-- Touches:      course by course_id
-- Do:           deliver the course, or correct its id; a renamed course earns no credit
select
    staged_lms_completions.course_id,
    count(*) as rows_of_course,
from staged_lms_completions
anti join staged_lms_courses on staged_lms_completions.course_id = staged_lms_courses.course_id
where exists (select 1 from staged_lms_courses as delivered where delivered.course_id is not null)
group by staged_lms_completions.course_id
