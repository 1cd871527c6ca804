-- Grain:   one row per HR event of the viewer's sites and period
-- Seen by: site_manager, auditor
-- Kept as a table. An event belongs to the site after it, of an end to the site before it.
select event_id
from published.hr_events
where
    ((select sees_all_sites from viewer) or coalesce(site, previous_site) in (select site from viewer_sites))
    and effective_at >= (select starts_at from viewer)
    and effective_at < (select ends_at from viewer)
