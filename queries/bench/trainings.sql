-- Grain:   one row per training of a worker, taken or (is_open) only assigned
-- Key:     number, slot, turn
-- Answers: which course did a worker take or owe, when, and at which site?
-- Not for: anything but measuring
-- Each requirement of a job is renewed in good time, year by year; one renewal in twenty is late, one in seven chains
-- breaks off. A promotion keeps six of eight requirements. A move, or a promotion where the requirement says so, asks again.
with

chains as (
    select
        careers.*,
        slots.slot,
        case when slots.slot < 10 then careers.job % 15 * 2 + slots.slot else 28 + slots.slot end as requirement,
        case when slots.slot in (8, 9) then careers.change_day else careers.hired_day end as from_day,
        least(
            case when careers.is_leaver then careers.end_day else 3653 end,
            case when careers.is_promoted and slots.slot in (0, 1) then careers.change_day else 3653 end
        ) as to_day,
        cast(hash(careers.number, slots.slot, 21) >> 1 as bigint) as chain_draw,
    from careers
    cross join range(12) as slots (slot)
    where slots.slot not in (8, 9) or careers.is_promoted
),

rhythms as (
    select
        *,
        -- a year less 25 days, three years less 40, or once
        case
            when requirement % 8 in (0, 3, 5) then 340
            when requirement % 8 = 7 then 100000
            else 1056
        end as every_days,
    from chains
    where from_day < to_day
),

broken_chains as (
    select
        *,
        1 + (to_day - from_day) // every_days as turns,
        case
            -- those who are excused (policy_exceptions) never take it
            when number % 100 = 11 and slot = 3 then 0
            when every_days = 100000 then case when chain_draw % 100 < 3 then 0 else 1000 end
            when chain_draw % 100 < 17 then 1 + chain_draw // 100 % (1 + (to_day - from_day) // every_days)
            else 1000
        end as broken_turn,
    from rhythms
),

turns as (
    select
        *,
        unnest(range(least(turns, broken_turn + 1))) as turn,
    from broken_chains
),

draw_turns as (
    select
        *,
        cast(hash(number, slot, turn, 22) >> 1 as bigint) as draw,
    from turns
),

planned as (
    select
        number,
        slot,
        turn,
        requirement,
        draw,
        to_day,
        change_day,
        site,
        next_site,
        turn = broken_turn as is_broken,
        case
            when turn = 0
                then greatest(
                    from_day
                    + case when draw % 100 < (case when slot in (8, 9) then 20 else 8 end) then draw // 100 % 30 else -1 - draw // 100 % 3 end,
                    account_day + 1
                )
            else from_day + turn * every_days + draw // 100 % 20
                + case when draw % 100 < 5 then 30 + draw // 10000 % 90 else 0 end
        end as day,
    from draw_turns
    where turn < broken_turn or draw % 10 < 6
    union all
    -- asked again by the move or the promotion
    select
        number,
        slot,
        100 as turn,
        requirement,
        chain_draw as draw,
        to_day,
        change_day,
        site,
        next_site,
        false as is_broken,
        change_day + cast(chain_draw // 1000 % 16 as integer) - case when is_moved then 3 else 0 end as day,
    from broken_chains
    where
        slot between 2 and 7
        and broken_turn > turns
        and ((is_moved and requirement % 5 = 0) or (is_promoted and requirement % 10 = 3))
),

final as (
    select
        number,
        cast(slot as integer) as slot,
        cast(turn as integer) as turn,
        cast(requirement as integer) as requirement,
        cast(case when day < change_day - 3 then site else next_site end as integer) as site,
        is_broken or day >= to_day as is_open,
        make_timestamp(1451606400000000 + (cast(day as bigint) * 86400 + cast(draw // 7 % 86400 as bigint)) * 1000000) as happens_at,
        cast(draw // 1000 % 1000000 as integer) as draw,
    from planned
    where day < 3653 + 30
)

select * from final
