-- Grain:   one row per attempt of the generated company
-- Key:     row_number
-- Answers: thirty attempts a worker over ten years, one in forty failed the day before it was passed
-- Not for: anything but measuring
with

attempts as (
    select
        *,
        0 as is_failed,
    from trainings
    where not is_open
    union all
    select
        *,
        1 as is_failed,
    from trainings
    where not is_open and draw % 40 = 0
),

number_attempts as (
    select
        *,
        ((cast(number as bigint) * 12 + slot) * 101 + turn) * 2 + is_failed as row_number,
        happens_at - is_failed * interval '1' day as completed_at,
    from attempts
),

final as (
    select
        number,
        requirement,
        'K' || (10000000000 + row_number) as completion_id,
        'A' || (100000000 + number) as account_id,
        'C' || (100 + requirement) as course_id,
        completed_at,
        case when is_failed = 1 then 'failed' else 'passed' end as result,
        cast(null as varchar) as score,
        cast(null as timestamp) as expires_at,
        completed_at + (draw % 180) * interval '1' minute as recorded_at,
        'S' || (100 + site) as site,
        cast(null as varchar) as course_version,
        'e' || draw % 50 as evaluator,
        cast(null as varchar) as verification_method,
        row_number,
    from number_attempts
    where completed_at < timestamp '2026-01-01 00:00:00'
)

select * from final
