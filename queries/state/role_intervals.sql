-- Grain:   one row per employed role state
-- Key:     role_key
-- Answers: the employed role states with the numbers that joins over many rows need
-- Not for: reading (see role_states); an open end is 9999-12-31 here, the least role_key of a worker at an instant
--          is that of primary, else of the first assignment_key
with

final as (
    select
        cast(row_number() over (
            order by
                worker_keys.worker_key,
                role_states.assignment_key <> 'primary',
                role_states.assignment_key,
                role_states.valid_from
        ) as integer) as role_key,
        worker_keys.worker_key,
        worker_keys.person_key,
        worker_keys.worker_id,
        role_states.assignment_key,
        role_states.valid_from,
        coalesce(role_states.valid_to, timestamp '9999-12-31 00:00:00') as valid_to,
        role_states.recorded_at,
        role_states.status = 'leave' as is_on_leave,
        role_states.is_contingent,
        role_states.is_ended_by_contract,
        role_states.starts_on,
        role_states.is_from_first_snapshot,
        role_states.job_code,
        role_states.department,
        role_states.employment_type,
        role_states.task_scope_set,
        role_states.site,
        coalesce(site_keys.site_key, 0) as site_key,
        timezone_keys.timezone_key,
        role_profiles.profile_key,
    from role_states
    inner join worker_keys on role_states.worker_key = worker_keys.worker_key
    inner join timezone_keys on role_states.timezone = timezone_keys.timezone
    inner join role_profiles on role_states.profile = role_profiles.profile
    left join site_keys on role_states.site = site_keys.site
    where role_states.is_employed
)

select * from final
