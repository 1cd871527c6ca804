-- Grain:   as check_results
-- Seen by: site_manager, auditor, integration_owner
-- That a check failed is for everyone; how often, and in which rows, for those who see all sites and people.
select check_results.* replace (
    case when viewer.sees_all_sites then check_results.rows_checked end as rows_checked,
    case when viewer.sees_all_sites then check_results.rows_failed end as rows_failed,
    case when viewer.sees_all_sites and viewer.sees_people then check_results.detail end as detail
)
from published.check_results
cross join viewer
