-- Grain:   one row, or none when nobody has that worker_id
-- Answers: who is this worker, in which role at as_of (else the last one), with how many gaps?
-- Not for: the history (page_worker_roles, page_worker_bands)
with known as (
    select worker_id
    from staged_workers
    where worker_id = $worker
    union
    select worker_id
    from role_states
    where worker_id = $worker
),

roles as (
    select role_states.*
    from role_states
    cross join run_parameters
    where role_states.worker_id = $worker and role_states.status in ('active', 'leave', 'suspended')
    qualify
        row_number() over (
            order by
                role_states.valid_from <= run_parameters.as_of desc,
                -- held at as_of, whatever its end; else the one that ended last
                least(coalesce(role_states.valid_to, run_parameters.as_of), run_parameters.as_of) desc,
                case when role_states.assignment_key = 'primary' then 0 else 1 end,
                role_states.assignment_key,
                role_states.valid_from desc
        ) = 1
),

final as (
    select
        known.worker_id,
        staged_workers.full_name,
        staged_workers.person_id,
        staged_workers.hired_on,
        roles.status,
        roles.employment_type,
        coalesce(roles.job_title, roles.job_code) as job_title,
        roles.job_code,
        roles.department,
        roles.site,
        coalesce(staged_sites.name, roles.site) as site_name,
        coalesce(staged_sites.timezone, run_parameters.organisation_timezone) as timezone,
        roles.agency,
        roles.manager_id,
        managers.full_name as manager_name,
        roles.valid_from,
        roles.valid_to,
        roles.valid_from <= run_parameters.as_of
        and (roles.valid_to is null or roles.valid_to > run_parameters.as_of) as is_held_now,
        (select count(*) from gaps where gaps.worker_id = $worker and gaps.closed_at is null) as open_gaps,
        (select count(*) from gaps where gaps.worker_id = $worker) as gaps_ever,
        (
            select count(*)
            from compliance_timeline
            where compliance_timeline.worker_id = $worker and compliance_timeline.valid_to is null
        ) as required_now
    from known
    cross join run_parameters
    left join staged_workers on staged_workers.worker_id = known.worker_id
    left join roles on roles.worker_id = known.worker_id
    left join staged_sites on staged_sites.site = roles.site
    left join staged_workers as managers on managers.worker_id = roles.manager_id
)

select * from final
limit 1
