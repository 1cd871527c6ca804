-- Grain:   one row per worker, at most twenty
-- Answers: which workers have this text in their ID, name, user name or e-mail address?
-- Not for: lists of people in a scope; whom a whole text means (page_people_found)
-- Without text: the workers with the most open exposure, so that the page has somewhere to start. Case and accents make
-- no difference.
with

asked as (
    select trim(regexp_replace(lower(strip_accents(cast($text as varchar))), '\s+', ' ', 'g')) as written
),

open_gaps as (
    select
        worker_key,
        count(*) as open_gaps,
        sum(exposure_days) as exposure_days
    from gaps
    where closed_at is null
    group by worker_key
),

found as (
    select
        worker_names.worker_key,
        worker_names.worker_id,
        worker_names.full_name,
        worker_names.id_key = asked.written as is_this_id
    from worker_names
    cross join asked
    where
        asked.written is null
        or contains(worker_names.id_key, asked.written)
        or contains(worker_names.name_key, asked.written)
        or contains(worker_names.username_key, asked.written)
        or contains(worker_names.email_key, asked.written)
),

first_twenty as materialized (
    select
        found.worker_key,
        found.worker_id,
        found.full_name,
        coalesce(found.is_this_id, false) as is_this_id,
        coalesce(open_gaps.open_gaps, 0) as open_gaps,
        coalesce(open_gaps.exposure_days, 0) as exposure_days
    from found
    left join open_gaps on open_gaps.worker_key = found.worker_key
    order by is_this_id desc, exposure_days desc, worker_id
    limit 20
),

roles as (
    select
        role_states.worker_key,
        role_states.job_title,
        role_states.job_code,
        role_states.site
    from role_states
    cross join run_parameters
    where
        role_states.worker_key in (select worker_key from first_twenty)
        and role_states.valid_from <= run_parameters.as_of
        and role_states.is_employed
    qualify
        row_number() over (
            partition by role_states.worker_key
            order by
                role_states.valid_from desc,
                role_states.assignment_key <> 'primary',
                role_states.assignment_key
        ) = 1
),

final as (
    select
        first_twenty.worker_id,
        first_twenty.full_name,
        coalesce(roles.job_title, roles.job_code) as job_title,
        roles.site,
        first_twenty.open_gaps,
        first_twenty.exposure_days,
        first_twenty.is_this_id
    from first_twenty
    left join roles on roles.worker_key = first_twenty.worker_key
)

select * exclude (is_this_id)
from final
order by is_this_id desc, exposure_days desc, worker_id
