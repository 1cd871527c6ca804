-- Grain:   as scoped_gaps
-- Seen by: site_manager, auditor
select *
from published.scoped_gaps
where
    ((select sees_all_sites from viewer) or gap_site in (select site from viewer_sites))
    and opened_at < (select ends_at from viewer)
    and coalesce(closed_at, timestamp 'infinity') > (select starts_at from viewer)
