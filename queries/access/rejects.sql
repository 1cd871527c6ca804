-- Grain:   as rejects
-- Seen by: site_manager, auditor, integration_owner
-- A rejected row names no site that could be trusted, so viewers of single sites see none.
select rejects.* replace (case when viewer.sees_people then rejects.raw_value end as raw_value)
from published.rejects
cross join viewer
where viewer.sees_all_sites
