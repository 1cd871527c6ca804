-- Grain:   one row per assignment and interval of the worker
-- Answers: which role did the worker hold where, when?
-- Not for: other worker_ids of the same person
select
    role_states.assignment_key,
    role_states.valid_from,
    role_states.valid_to,
    role_states.status,
    role_states.employment_type,
    role_states.job_code,
    coalesce(role_states.job_title, role_states.job_code) as job_title,
    role_states.department,
    role_states.site,
    role_states.recorded_at,
    role_states.status in ('active', 'leave', 'suspended') as is_employed
from role_states
where role_states.worker_id = $worker
order by
    case when role_states.assignment_key = 'primary' then 0 else 1 end,
    role_states.assignment_key,
    role_states.valid_from
