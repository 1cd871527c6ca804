-- Grain:   one row per requirement with a credential that ends in the sixty days after as_of and is still needed then
-- Answers: how many people must renew what within 7, 14, 30 and 60 days ($sites: a list; NULL is everything)?
-- Not for: gaps that open for another reason than an ending credential (digest_forecast)
-- Counts are cumulative: within_14 holds within_7. Only the last credential of a worker and requirement (and site)
-- counts, and only where a requirement period covers its end.
with run as (
    select as_of from run_parameters
),

titles as (
    select
        requirement_id,
        min(title) as title,
        min(severity) as severity
    from policy_requirements
    group by requirement_id
),

last_credentials as (
    select
        worker_id,
        requirement_id,
        site,
        valid_to
    from credential_periods
    qualify
        row_number() over (
            partition by worker_id, requirement_id, site
            order by valid_to desc nulls first, completion_id
        ) = 1
),

ending as (
    select
        last_credentials.*,
        date_diff('second', run.as_of, last_credentials.valid_to) / 86400.0 as days_left
    from last_credentials
    cross join run
    where
        last_credentials.valid_to > run.as_of
        and last_credentials.valid_to <= run.as_of + interval '60' day
),

still_required as (
    select ending.*
    from ending
    semi join requirement_periods
        on
            requirement_periods.worker_id = ending.worker_id
            and requirement_periods.requirement_id = ending.requirement_id
            and requirement_periods.site is not distinct from ending.site
            and requirement_periods.valid_from <= ending.valid_to
            and (requirement_periods.valid_to is null or requirement_periods.valid_to > ending.valid_to)
),

roles_in_scope as (
    select distinct role_states.worker_id
    from role_states
    cross join run
    where
        role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= run.as_of
        and (role_states.valid_to is null or role_states.valid_to > run.as_of)
        and list_contains(cast($sites as varchar[]), role_states.site)
),

final as (
    select
        still_required.requirement_id,
        coalesce(min(titles.title), still_required.requirement_id) as requirement,
        min(titles.severity) as severity,
        count(*) filter (where still_required.days_left <= 7) as within_7,
        count(*) filter (where still_required.days_left <= 14) as within_14,
        count(*) filter (where still_required.days_left <= 30) as within_30,
        count(*) as within_60
    from still_required
    left join titles on titles.requirement_id = still_required.requirement_id
    where
        cast($sites as varchar[]) is null
        or list_contains(cast($sites as varchar[]), still_required.site)
        or (still_required.site is null and still_required.worker_id in (select worker_id from roles_in_scope))
    group by still_required.requirement_id
)

select * from final
order by within_7 desc, within_14 desc, within_30 desc, within_60 desc, requirement_id
