-- Grain:   as required_people
-- Seen by: site_manager, auditor
select *
from published.required_people
where ((select sees_all_sites from viewer) or site in (select site from viewer_sites))
