-- Grain:   one row per rule or exception
-- Answers: in which row of the policy is a rule or an exception written?
-- Not for: whom it reaches (see requirement_periods)
select rule_id as reason, file_name, row_number
from policy_requirement_rules
union all
select exception_id as reason, file_name, row_number
from policy_exceptions
