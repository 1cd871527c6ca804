-- Grain:   one row per worker, name or address the worker has had, and employment of the person
-- Key:     unique_id
-- Answers: under which names, and when, could a worker appear in the LMS?
-- Not for: counting workers; names and addresses of earlier loads are rows of their own
with names as (
    select
        worker_id,
        full_name,
        email,
        username
    from staged_workers
    union
    -- a row that states only what changed leaves the rest as it is
    select
        landed_workers.worker_id,
        coalesce(landed_workers.full_name, staged_workers.full_name) as full_name,
        coalesce(landed_workers.email, staged_workers.email) as email,
        coalesce(landed_workers.username, staged_workers.username) as username
    from landed_workers
    inner join staged_workers on landed_workers.worker_id = staged_workers.worker_id
    where
        landed_workers.load_id in (select content_load_id from known_loads)
        and (
            landed_workers.full_name <> staged_workers.full_name
            or landed_workers.email <> staged_workers.email
            or landed_workers.username <> staged_workers.username
        )
),

places as (
    select
        worker_id,
        list(distinct site) filter (where site is not null) as sites,
        arg_max(lower(trim(department)), valid_from) filter (where department is not null) as department
    from role_states
    group by worker_id
),

owners as (
    select distinct person_key
    from account_links
    where status = 'linked'
),

employments as (
    select
        person_key,
        date_diff('day', date '1970-01-01', cast(valid_from as date)) as start_day,
        case
            when valid_to < timestamp '9999-12-31 00:00:00'
                then date_diff('day', date '1970-01-01', cast(valid_to as date))
        end as end_day,
        row_number() over (partition by person_key order by valid_from) = 1 as is_first
    from person_employment_periods
)

select
    concat(
        worker_keys.worker_id, '#', row_number() over (
            partition by worker_keys.worker_id
            order by employments.start_day, names.full_name, names.email, names.username
        )
    ) as unique_id,
    cast(worker_keys.person_key as varchar) as person,
    worker_keys.worker_id as ref,
    names.username,
    names.email,
    names.full_name,
    -- the role history may begin after the worker did
    case
        when coalesce(employments.is_first, true)
            then least(employments.start_day, date_diff('day', date '1970-01-01', worker_keys.hired_on))
        else employments.start_day
    end as start_day,
    employments.end_day,
    coalesce(places.sites, []) as sites,
    places.department,
    owners.person_key is not null as has_account
from worker_keys
left join names on worker_keys.worker_id = names.worker_id
left join places on worker_keys.worker_id = places.worker_id
left join employments on worker_keys.person_key = employments.person_key
left join owners on worker_keys.person_key = owners.person_key
order by unique_id
