-- Grain:   as scoped_accounts
-- Seen by: site_manager, auditor
-- A leaver's account belongs to the site of the last role before the end; one of nobody to all sites.
select *
from published.scoped_accounts
where
    ((select sees_all_sites from viewer) or site in (select site from viewer_sites))
    and coalesce(ended_at, timestamp '-infinity') < (select ends_at from viewer)
    and coalesce(active_until, timestamp 'infinity') > (select starts_at from viewer)
