-- Grain:   as gaps_ahead
-- Seen by: site_manager, auditor
-- What names no site belongs to the site of the role that requires it.
select *
from published.gaps_ahead
where
    ((select sees_all_sites from viewer) or coalesce(site, role_site) in (select site from viewer_sites))
    and opens_at < (select ends_at from viewer)
