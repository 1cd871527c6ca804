-- Grain:   one row per requirement of the policy
-- Answers: which requirements are there, under which title, citation and authority?
-- Not for: whom they reach (requirement_periods)
select
    requirement_id,
    title,
    citation,
    authority,
    severity
from policy_requirements
order by title, requirement_id
