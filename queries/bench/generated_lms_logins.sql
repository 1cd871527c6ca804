-- Grain:   one row per login of the generated company
-- Key:     row_number
-- Answers: one login a worker; the account of one leaver in ten is used after the end
-- Not for: anything but measuring
select
    'A' || (100000000 + number) as account_id,
    make_timestamp(
        1451606400000000
        + case
            when is_leaver and cast(hash(number, 42) >> 1 as bigint) % 10 = 0 then cast(end_day as bigint) + 3
            else cast(account_day as bigint) + 40
        end * 86400000000
    ) as logged_in_at,
    number + 2 as row_number,
from careers
