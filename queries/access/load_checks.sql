-- Grain:   as load_checks
-- Seen by: auditor, integration_owner
select load_checks.* replace (case when viewer.sees_people then load_checks.detail end as detail)
from published.load_checks
cross join viewer
