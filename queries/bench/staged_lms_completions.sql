-- Grain:   one row per completion of the generated company
-- Answers: thirty completions a worker over ten years, ten requirements of the job three times each
-- Not for: anything but measuring
with

attempts as (
    select
        number,
        slot,
        turn,
        hash(number, slot, turn, 21) as chance,
        hash(number, 1) % 3000 as hired_after_days,
        (hash(number, 4) % 200 + case when turn >= 1 and hash(number, 6) % 10 >= 3 then 7 else 0 end) % 200 % 15 as profile,
        hash(number, 5) % 40 as site,
    from range($workers) as workers (number)
    cross join range(10) as slots (slot)
    cross join range(3) as turns (turn)
),

final as (
    select
        'C' || lpad(cast(number * 30 + slot * 3 + turn as varchar), 10, '0') as completion_id,
        'A' || lpad(cast(number as varchar), 8, '0') as account_id,
        'C' || lpad(cast(case when slot >= 8 then 30 + slot else (profile * 2 + slot) % 38 end as varchar), 3, '0') as course_id,
        timestamp '2016-01-01 00:00:00'
        + cast(hired_after_days + turn * 400 + chance % 90 as integer) * interval '1' day
        + cast(chance % 86400 as integer) * interval '1' second as completed_at,
        case when chance % 40 = 0 then 'failed' else 'passed' end as result,
        cast(null as varchar) as score,
        cast(null as timestamp) as expires_at,
        cast(null as timestamp) as recorded_at,
        'S' || lpad(cast(site as varchar), 3, '0') as site,
        cast(null as varchar) as course_version,
        'e' || chance % 50 as evaluator,
        cast(null as varchar) as verification_method,
        'generated' as source,
        'generated' as load_id,
        number * 30 + slot * 3 + turn + 2 as row_number,
    from attempts
)

select * from final
