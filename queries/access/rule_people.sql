-- Grain:   as rule_people; what counts all sites for viewers of all sites alone
-- Seen by: site_manager, auditor
select *
from published.rule_people
where ((select sees_all_sites from viewer) or (site in (select site from viewer_sites) and not is_all_sites))
