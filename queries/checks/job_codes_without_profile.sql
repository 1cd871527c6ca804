-- Check:        every job code that somebody holds has a training profile, where rules go by profile
-- Feed:         jobs
-- Severity:     warning
-- Rows checked: role_states
-- Touches:      job by job_code
-- Do:           give the job code its training profile; until then rules by profile do not reach these people
select
    role_states.job_code,
    count(distinct role_states.worker_id) as workers,
    min(role_states.valid_from) as first_used_at,
from role_states
semi join staged_jobs on role_states.job_code = staged_jobs.job_code
where
    role_states.training_profile is null
    and role_states.status in ('active', 'leave', 'suspended')
    and exists (select 1 from policy_requirement_rules as rules where rules.training_profile is not null)
group by role_states.job_code
