-- Grain:   one row per LMS account of the generated company
-- Answers: an account a worker, some deactivated, a few of nobody
-- Not for: anything but measuring
select
    'A' || lpad(cast(number as varchar), 8, '0') as account_id,
    case when hash(number, 11) % 500 > 0 then 'W' || lpad(cast(number as varchar), 8, '0') end as worker_ref,
    cast(null as varchar) as username,
    cast(null as varchar) as email,
    cast(null as varchar) as full_name,
    case when hash(number, 12) % 5 = 0 then 'inactive' else 'active' end as status,
    timestamp '2015-12-01 00:00:00' + cast(hash(number, 1) % 3000 as integer) * interval '1' day as created_at,
    case
        when hash(number, 12) % 5 = 0
            then timestamp '2016-03-01 00:00:00'
                + cast(hash(number, 1) % 3000 + hash(number, 13) % 1800 as integer) * interval '1' day
    end as deactivated_at,
    cast(null as timestamp) as last_login_at,
    'generated' as source,
    'generated' as load_id,
    number + 2 as row_number,
from range($workers) as workers (number)
