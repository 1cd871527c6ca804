-- Grain:   as role_states
-- Seen by: site_manager, auditor
select *
from published.role_states
where
    ((select sees_all_sites from viewer) or site in (select site from viewer_sites))
    and valid_from < (select ends_at from viewer)
    and coalesce(valid_to, timestamp 'infinity') > (select starts_at from viewer)
