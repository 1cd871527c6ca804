-- Grain:   as method_fitness
-- Seen by: site_manager, auditor, integration_owner
select *
from published.method_fitness
where ((select sees_all_sites from viewer) or site in (select site from viewer_sites))
