-- Grain:   as stale_accounts
-- Seen by: site_manager, auditor
-- A leaver's account belongs to the site of the last role before the end; one of nobody to all sites.
with last_roles as (
    select
        stale_accounts.account_id,
        stale_accounts.ended_at,
        arg_max(role_states.site, (role_states.valid_from, role_states.assignment_key = 'primary', role_states.assignment_key)) as site
    from published.stale_accounts
    inner join published.role_states
        on role_states.worker_id = stale_accounts.worker_id and role_states.valid_from <= stale_accounts.ended_at
    where stale_accounts.kind = 'stale' and role_states.status in ('active', 'leave', 'suspended')
    group by stale_accounts.account_id, stale_accounts.ended_at
),

final as (
    select stale_accounts.*
    from published.stale_accounts
    left join last_roles
        on last_roles.account_id = stale_accounts.account_id and last_roles.ended_at = stale_accounts.ended_at
    where
        ((select sees_all_sites from viewer) or last_roles.site in (select site from viewer_sites))
        and coalesce(stale_accounts.ended_at, timestamp '-infinity') < (select ends_at from viewer)
        and coalesce(stale_accounts.active_until, timestamp 'infinity') > (select starts_at from viewer)
)

select * from final
