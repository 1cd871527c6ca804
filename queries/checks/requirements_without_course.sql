-- Check:        every requirement that somebody has is credited by a course
-- Feed:         policy
-- Severity:     critical
-- Rows checked: policy_requirements
-- Touches:      requirement by requirement_id
-- Do:           add the course to course_credits; until then nobody can be trained for it
select
    requirement_periods.requirement_id,
    count(distinct requirement_periods.worker_id) as workers,
from requirement_periods
anti join policy_course_credits as credits on requirement_periods.requirement_id = credits.requirement_id
group by requirement_periods.requirement_id
