-- Grain:   one row per account of a leaver that is still active at as_of, the ten (or $most) that were used or stood open most
-- Answers: who left and can still log in to the LMS ($sites: a list; NULL is everything)?
-- Not for: accounts of nobody (digest_orphans)
-- A leaver belongs to the site of the last role the person held.
with people as (
    select
        worker_id,
        min(person_id) as person_id,
        min(full_name) as full_name
    from staged_workers
    group by worker_id
),

last_roles as (
    select
        coalesce(people.person_id, role_states.worker_id) as person_id,
        role_states.job_code,
        role_states.job_title,
        role_states.site
    from role_states
    cross join run_parameters
    left join people on people.worker_id = role_states.worker_id
    where
        role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= run_parameters.as_of
    qualify
        row_number() over (
            partition by coalesce(people.person_id, role_states.worker_id)
            order by
                role_states.valid_to desc nulls first,
                case when role_states.assignment_key = 'primary' then 0 else 1 end,
                role_states.valid_from desc,
                role_states.worker_id,
                role_states.assignment_key
        ) = 1
),

open_accounts as (
    select
        stale_accounts.account_id,
        stale_accounts.worker_id,
        people.full_name,
        coalesce(last_roles.job_title, last_roles.job_code) as role,
        last_roles.site,
        stale_accounts.ended_at,
        stale_accounts.ended_by,
        stale_accounts.days_active,
        stale_accounts.logins_after,
        stale_accounts.open_assignments,
        stale_accounts.is_within_sla,
        count(*) over () as of_all,
        count(*) filter (where not stale_accounts.is_within_sla) over () as beyond_promise,
        count(*) filter (where stale_accounts.logins_after > 0) over () as used_after
    from stale_accounts
    left join people on people.worker_id = stale_accounts.worker_id
    left join last_roles on last_roles.person_id = coalesce(people.person_id, stale_accounts.worker_id)
    where
        stale_accounts.kind = 'stale'
        and stale_accounts.is_open
        and (
            cast($sites as varchar[]) is null
            or list_contains(cast($sites as varchar[]), last_roles.site)
        )
),

final as (
    select *
    from open_accounts
    order by is_within_sla, logins_after desc, days_active desc, account_id
    limit coalesce(cast($most as bigint), 10)
)

select * from final
order by is_within_sla, logins_after desc, days_active desc, account_id
