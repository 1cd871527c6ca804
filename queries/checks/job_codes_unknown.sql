-- Check:        every job code that somebody holds is in the jobs feed
-- Feed:         jobs
-- Severity:     warning
-- Rows checked: role_states
-- Touches:      job by job_code
-- Do:           add the job code to the jobs feed, or correct it in HR; rules by training profile miss these people
select
    role_states.job_code,
    count(distinct role_states.worker_id) as workers,
    min(role_states.valid_from) as first_used_at,
from role_states
anti join staged_jobs on role_states.job_code = staged_jobs.job_code
where role_states.job_code is not null and role_states.status in ('active', 'leave', 'suspended')
group by role_states.job_code
