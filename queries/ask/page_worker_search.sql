-- Grain:   one row per worker, at most twenty
-- Answers: which workers have this text in their id, name, user name or e-mail address?
-- Not for: lists of people in a scope
-- Without text: the workers with the most open exposure, so that the page has somewhere to start.
with open_gaps as (
    select
        worker_id,
        count(*) as open_gaps,
        sum(exposure_days) as exposure_days
    from gaps
    where closed_at is null
    group by worker_id
),

roles as (
    select
        role_states.worker_id,
        role_states.job_title,
        role_states.job_code,
        role_states.site
    from role_states
    cross join run_parameters
    where role_states.valid_from <= run_parameters.as_of and role_states.status in ('active', 'leave', 'suspended')
    qualify
        row_number() over (
            partition by role_states.worker_id
            order by
                role_states.valid_from desc,
                case when role_states.assignment_key = 'primary' then 0 else 1 end,
                role_states.assignment_key
        ) = 1
),

people as (
    select
        worker_id,
        min(full_name) as full_name,
        min(email) as email,
        min(username) as username
    from (
        select
            worker_id,
            full_name,
            email,
            username
        from staged_workers
        union all
        select distinct
            worker_id,
            null as full_name,
            null as email,
            null as username
        from role_states
    ) as known
    group by worker_id
),

final as (
    select
        people.worker_id,
        people.full_name,
        coalesce(roles.job_title, roles.job_code) as job_title,
        roles.site,
        coalesce(open_gaps.open_gaps, 0) as open_gaps,
        coalesce(open_gaps.exposure_days, 0) as exposure_days
    from people
    left join roles on roles.worker_id = people.worker_id
    left join open_gaps on open_gaps.worker_id = people.worker_id
    where
        cast($text as varchar) is null
        or contains(lower(people.worker_id), lower($text))
        or contains(lower(people.full_name), lower($text))
        or contains(lower(people.username), lower($text))
        or contains(lower(people.email), lower($text))
    order by
        case when lower(people.worker_id) = lower(cast($text as varchar)) then 0 else 1 end,
        exposure_days desc,
        people.worker_id
    limit 20
)

select * from final
order by
    case when lower(worker_id) = lower(cast($text as varchar)) then 0 else 1 end,
    exposure_days desc,
    worker_id
