-- Grain:   as gap_months, the months that touch the viewer's period
-- Seen by: site_manager, auditor
select *
from published.gap_months
where
    ((select sees_all_sites from viewer) or gap_site in (select site from viewer_sites))
    and month < (select ends_at from viewer)
    and month + interval '1' month > (select starts_at from viewer)
