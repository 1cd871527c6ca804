-- Grain:   as gaps
-- Seen by: site_manager, auditor
-- A gap belongs to its own site, else to the site of the role it opened under.
select *
from published.gaps
where
    ((select sees_all_sites from viewer) or coalesce(site, role_site) in (select site from viewer_sites))
    and opened_at < (select ends_at from viewer)
    and coalesce(closed_at, timestamp 'infinity') > (select starts_at from viewer)
