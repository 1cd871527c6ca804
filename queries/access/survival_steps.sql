-- Grain:   as survival_steps; those of all sites for viewers of all sites alone
-- Seen by: site_manager, auditor, integration_owner
select *
from published.survival_steps
where ((select sees_all_sites from viewer) or site in (select site from viewer_sites))
