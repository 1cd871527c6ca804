-- Grain:   one row per time zone of a role
-- Key:     timezone_key
-- Answers: which number stands for a time zone?
-- Not for: zones without a role
select
    row_number() over (order by timezone) as timezone_key,
    timezone,
from (select distinct timezone from role_states)
