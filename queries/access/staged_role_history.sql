-- Grain:   as staged_role_history
-- Seen by: site_manager, auditor
-- A row is seen where the role it tells of is.
select *
from published.staged_role_history
where (load_id, row_number) in (
    select
        load_id,
        row_number
    from published.role_states
    where
        ((select sees_all_sites from viewer) or site in (select site from viewer_sites))
        and valid_from < (select ends_at from viewer)
        and coalesce(valid_to, timestamp 'infinity') > (select starts_at from viewer)
)
