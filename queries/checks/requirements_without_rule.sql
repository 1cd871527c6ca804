-- Check:        every requirement has a rule that says who needs it
-- Feed:         policy
-- Severity:     warning
-- Rows checked: policy_requirements (at least 1)
-- Touches:      nothing
-- Do:           add a row to requirement_rules, or take the requirement out
select
    policy_requirements.requirement_id,
    policy_requirements.severity,
from policy_requirements
anti join policy_requirement_rules as rules on policy_requirements.requirement_id = rules.requirement_id
