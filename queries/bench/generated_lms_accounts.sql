-- Grain:   one row per LMS account of the generated company
-- Key:     row_number
-- Answers: an account a worker, one in fifty linked by e-mail; one in 250 belongs to nobody; some leavers keep theirs
-- Not for: anything but measuring
with

draws as (
    select
        *,
        cast(hash(number, 41) >> 1 as bigint) as draw,
        make_timestamp(1451606400000000 + (cast(account_day as bigint) * 86400 + 32400) * 1000000) as created_at,
        make_timestamp(1451606400000000 + cast(end_day as bigint) * 86400000000) as ended_at,
    from careers
),

close_accounts as (
    select
        *,
        -- of a hundred leavers 84 within a day, 8 within two months, 8 never
        case
            when not is_leaver or draw % 100 < 8 then null
            when draw % 100 < 16 then ended_at + cast(24 + draw // 100 % 1400 as integer) * interval '1' hour
            else ended_at + cast(draw // 100 % 20 as integer) * interval '1' hour
        end as closes_at,
    from draws
),

final as (
    select
        'A' || (100000000 + number) as account_id,
        case when draw % 50 > 0 then 'W' || (100000000 + number) end as worker_ref,
        'user' || number as username,
        case when draw % 50 = 0 then 'W' || number || '@Example.com' end as email,
        cast(null as varchar) as full_name,
        case when closes_at <= timestamp '2026-01-01 00:00:00' then 'inactive' else 'active' end as status,
        created_at,
        case when closes_at <= timestamp '2026-01-01 00:00:00' then closes_at end as deactivated_at,
        cast(null as timestamp) as last_login_at,
        number + 2 as row_number,
    from close_accounts
    union all
    select
        'A' || (900000000 + number) as account_id,
        null as worker_ref,
        'shared' || number as username,
        null as email,
        null as full_name,
        'active' as status,
        timestamp '2018-01-01 00:00:00' as created_at,
        null as deactivated_at,
        null as last_login_at,
        900000000 + number as row_number,
    from careers
    where number % 250 = 0
)

select * from final
