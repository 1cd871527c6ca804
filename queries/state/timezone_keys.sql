-- Grain:   one row per time zone of a role
-- Key:     timezone_key
-- Answers: which number stands for a time zone?
-- Not for: zones without a role
select
    cast(row_number() over (order by timezone) as integer) as timezone_key,
    timezone,
from (select distinct timezone from role_states)
