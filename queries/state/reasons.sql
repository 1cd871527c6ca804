-- Grain:   one row per rule and per exception
-- Key:     reason_key
-- Answers: which rule or exception does a reason_key stand for?
-- Not for: whether it had effect (see rule_windows and exception_windows)
select distinct rule_key as reason_key, rule_id as reason
from rule_windows
union all
select -exception_key as reason_key, exception_id as reason
from exception_effects
