-- Grain:   one row per worker of the generated company
-- Key:     number
-- Answers: when was a worker hired, promoted or moved, and when did the worker go? (days since 2016-01-01)
-- Not for: anything but measuring; hash() makes the same company every time
with

draws as (
    select
        number,
        cast(hash(number, 1) >> 1 as bigint) % 3285 as hired_day,
        3653 - cast(hash(number, 1) >> 1 as bigint) % 3285 as days_left,
        cast(hash(number, 2) >> 1 as bigint) % 40 as change_draw,
        cast(hash(number, 3) >> 1 as bigint) % 38 as end_draw,
        cast(hash(number, 4) >> 1 as bigint) % 13 * 15 + cast(hash(number, 5) >> 1 as bigint) % 14 as job,
        cast(hash(number, 6) >> 1 as bigint) % 40 as site,
        cast(hash(number, 7) >> 1 as bigint) % 100 as change_kind,
        cast(hash(number, 8) >> 1 as bigint) % 100 as end_kind,
        cast(hash(number, 9) >> 1 as bigint) % 100 as contract_draw,
        cast(hash(number, 10) >> 1 as bigint) % 100 as account_draw,
    from range($workers) as workers (number)
),

final as (
    select
        cast(number as integer) as number,
        cast(hired_day as integer) as hired_day,
        cast(hired_day + 30 + days_left * (20 + change_draw) // 100 as integer) as change_day,
        cast(hired_day + 60 + days_left * (62 + end_draw) // 100 as integer) as end_day,
        cast(job as integer) as job,
        cast(site as integer) as site,
        cast(case when change_kind between 50 and 69 then (site + 1) % 40 else site end as integer) as next_site,
        change_kind < 50 as is_promoted,
        change_kind between 50 and 69 as is_moved,
        end_kind < 32 as is_leaver,
        end_kind between 32 and 43 as takes_leave,
        contract_draw < 7 as is_contractor,
        -- the account comes five weeks before the first day; for three in a hundred up to three weeks late
        cast(hired_day + case when account_draw < 3 then cast(hash(number, 11) >> 1 as bigint) % 20 else -35 end as integer) as account_day,
    from draws
)

select * from final
