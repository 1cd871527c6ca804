-- Grain:   one row per account to be deactivated
-- Answers: which active accounts belong to people who have left ($sites: a list; NULL is everything)?
-- Not for: accounts of nobody, which a person has to decide about (remediate_left_over)
-- A leaver belongs to the site of the last role the person held. The finding is the account's row in stale_accounts.
with run as (
    select run_id, as_of from run_parameters
),

people as (
    select
        worker_id,
        min(person_id) as person_id
    from staged_workers
    group by worker_id
),

last_roles as (
    select
        coalesce(people.person_id, role_states.worker_id) as person_id,
        role_states.site
    from role_states
    cross join run
    left join people on people.worker_id = role_states.worker_id
    where
        role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= run.as_of
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

final as (
    select
        substr(md5(concat_ws('|', 'deactivate', stale_accounts.account_id, run.run_id)), 1, 16) as remedy_id,
        stale_accounts.account_id as finding_id,
        stale_accounts.account_id,
        stale_accounts.worker_id,
        last_roles.site,
        stale_accounts.ended_at,
        stale_accounts.ended_by,
        stale_accounts.days_active,
        stale_accounts.logins_after,
        stale_accounts.is_within_sla,
        run.run_id
    from stale_accounts
    cross join run
    left join people on people.worker_id = stale_accounts.worker_id
    left join last_roles on last_roles.person_id = coalesce(people.person_id, stale_accounts.worker_id)
    where
        stale_accounts.kind = 'stale'
        and stale_accounts.is_open
        and (
            cast($sites as varchar[]) is null
            or list_contains(cast($sites as varchar[]), last_roles.site)
        )
)

select * from final
order by logins_after desc, days_active desc, account_id
