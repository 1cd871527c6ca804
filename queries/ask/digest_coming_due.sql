-- Grain:   one row per requirement with a credential that ends in the sixty days after as_of and is still needed then
-- Answers: how many people must renew what within 7, 14, 30 and 60 days ($sites: a list; NULL is everything)?
-- Not for: gaps that open for another reason than an ending credential (digest_forecast)
-- Counts are cumulative: within_14 holds within_7. Only the last credential of a worker and requirement (and site)
-- counts, and only where a requirement period covers its end.
with

roles_in_scope as (
    select distinct role_states.worker_key
    from role_states
    cross join run_parameters
    where
        role_states.is_employed
        and role_states.valid_from <= run_parameters.as_of
        and (role_states.valid_to is null or role_states.valid_to > run_parameters.as_of)
        and list_contains(cast($sites as varchar[]), role_states.site)
),

final as (
    select
        renewals_due.requirement_id,
        coalesce(requirement_keys.title, renewals_due.requirement_id) as requirement,
        requirement_keys.severity,
        count(*) filter (where renewals_due.days_left <= 7) as within_7,
        count(*) filter (where renewals_due.days_left <= 14) as within_14,
        count(*) filter (where renewals_due.days_left <= 30) as within_30,
        count(*) as within_60
    from renewals_due
    inner join requirement_keys on requirement_keys.requirement_id = renewals_due.requirement_id
    where
        cast($sites as varchar[]) is null
        or list_contains(cast($sites as varchar[]), renewals_due.site)
        or (renewals_due.site is null and renewals_due.worker_key in (select worker_key from roles_in_scope))
    group by renewals_due.requirement_id, requirement_keys.title, requirement_keys.severity
)

select * from final
order by within_7 desc, within_14 desc, within_30 desc, within_60 desc, requirement_id
