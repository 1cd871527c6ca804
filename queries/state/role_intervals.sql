-- Grain:   one row per employed role state
-- Key:     role_key
-- Answers: the employed role states in numbers, for joins over many rows
-- Not for: reading (see role_states); an open end is 9999-12-31 here
with

final as (
    select
        row_number() over (
            order by worker_keys.worker_key, role_states.assignment_key, role_states.valid_from
        ) as role_key,
        worker_keys.worker_key,
        worker_keys.person_key,
        role_states.assignment_key,
        case when role_states.assignment_key = 'primary' then 0 else 1 end as assignment_rank,
        role_states.valid_from,
        coalesce(role_states.valid_to, timestamp '9999-12-31 00:00:00') as valid_to,
        role_states.recorded_at,
        role_states.status = 'leave' as is_on_leave,
        role_states.is_contingent,
        role_states.is_ended_by_contract,
        role_states.starts_on,
        coalesce(site_keys.site_key, 0) as site_key,
        role_states.timezone,
        concat_ws(
            chr(31),
            coalesce(role_states.job_code, ''),
            coalesce(role_states.training_profile, ''),
            coalesce(role_states.department, ''),
            coalesce(role_states.site, ''),
            coalesce(role_states.facility_type, ''),
            coalesce(role_states.employment_type, ''),
            coalesce(role_states.task_scope, '')
        ) as profile,
    from role_states
    inner join worker_keys on role_states.worker_id = worker_keys.worker_id
    left join site_keys on role_states.site = site_keys.site
    where role_states.is_employed
)

select * from final
