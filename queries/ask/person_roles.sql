-- Grain:   one row per role state of a worker on a day, the main role first
-- Answers: who was this worker on that day, and at which instant did the day start where they worked?
-- Not for: workers who were not employed that day (no row)
-- Where that midnight is still to come at as_of, the roles are those of as_of.
with

known_roles as (
    select
        role_states.*,
        timezone('UTC', timezone(role_states.timezone, cast($on as timestamp))) as midnight,
        least(
            timezone('UTC', timezone(role_states.timezone, cast($on as timestamp))), (select as_of from run_parameters)
        ) as day_starts_at,
    from role_states
    where
        role_states.worker_id = $worker_id
        and role_states.is_employed
),

final as (
    select
        known_roles.assignment_key,
        known_roles.status,
        known_roles.employment_type,
        known_roles.job_code,
        known_roles.job_title,
        known_roles.site,
        known_roles.timezone,
        known_roles.midnight,
        known_roles.valid_from,
        known_roles.recorded_at,
        known_roles.load_id,
        known_roles.row_number,
        loads.feed,
        loads.source,
        loads.address,
    from known_roles
    left join loads on known_roles.load_id = loads.load_id
    where
        known_roles.valid_from <= known_roles.day_starts_at
        and (known_roles.valid_to is null or known_roles.valid_to > known_roles.day_starts_at)
    order by known_roles.assignment_key <> 'primary', known_roles.assignment_key
)

select * from final
