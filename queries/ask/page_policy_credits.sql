-- Grain:   one row per course credit of a requirement
-- Answers: which courses satisfy this requirement, where, and completed between which days?
-- Not for: completions (page_worker_marks)
select
    policy_course_credits.course_id,
    staged_lms_courses.title,
    staged_lms_courses.is_active,
    policy_course_credits.site,
    policy_course_credits.valid_from as starts_on,
    policy_course_credits.valid_to as until_on,
    policy_course_credits.file_name,
    policy_course_credits.row_number
from policy_course_credits
left join staged_lms_courses on staged_lms_courses.course_id = policy_course_credits.course_id
where policy_course_credits.requirement_id = $requirement
order by policy_course_credits.course_id, policy_course_credits.site, policy_course_credits.row_number
