-- Check:        every course that earns a credit is in the courses feed, where there is one
-- Feed:         policy
-- Severity:     warning
-- Rows checked: policy_course_credits
-- Touches:      requirement by requirement_id
-- Do:           correct the course id in course_credits; the credit can't be earned as it stands
select
    credits.course_id,
    credits.requirement_id,
    credits.row_number,
from policy_course_credits as credits
anti join staged_lms_courses on credits.course_id = staged_lms_courses.course_id
where exists (select 1 from staged_lms_courses as delivered where delivered.course_id is not null)
