-- Grain:   as scorecard
-- Seen by: auditor, integration_owner
select *
from published.scorecard
where (select sees_all_sites from viewer)
