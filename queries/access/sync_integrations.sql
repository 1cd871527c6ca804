-- Grain:   as sync_integrations
-- Seen by: site_manager, auditor, integration_owner
select *
from published.sync_integrations
where ((select sees_all_sites from viewer) or site in (select site from viewer_sites))
