-- Grain:   as integration_health
-- Seen by: site_manager, auditor, integration_owner
select *
from published.integration_health
where ((select sees_all_sites from viewer) or site in (select site from viewer_sites))
