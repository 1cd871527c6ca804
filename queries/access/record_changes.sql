-- Grain:   as record_changes
-- Seen by: auditor, integration_owner
select record_changes.* replace (
    case when viewer.sees_people then record_changes.record_id end as record_id,
    case when viewer.sees_people then record_changes.old_value end as old_value,
    case when viewer.sees_people then record_changes.new_value end as new_value,
    case when viewer.sees_people then record_changes.account_id end as account_id
)
from published.record_changes
cross join viewer
where
    viewer.sees_all_sites
    and record_changes.observed_at >= viewer.starts_at
    and record_changes.observed_at < viewer.ends_at
