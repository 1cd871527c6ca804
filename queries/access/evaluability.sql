-- Grain:   as evaluability; the organisation's row for viewers of all sites alone
-- Seen by: site_manager, auditor, integration_owner
select *
from published.evaluability
where ((select sees_all_sites from viewer) or site in (select site from viewer_sites))
