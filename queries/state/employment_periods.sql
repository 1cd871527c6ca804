-- Grain:   one row per unbroken employment of a worker, whatever the assignments
-- Key:     worker_key, valid_from
-- Answers: from when to when was a worker employed?
-- Not for: persons with several worker ids (see person_employment_periods); an open end is 9999-12-31 here
with

mark_starts as (
    select
        worker_key,
        person_key,
        valid_from,
        valid_to,
        case
            when valid_from <= max(valid_to) over (
                partition by worker_key
                order by valid_from, valid_to
                rows between unbounded preceding and 1 preceding
            ) then 0
            else 1
        end as is_start,
    from role_intervals
),

number_periods as (
    select
        *,
        -- the default frame: rows that start and end together are one step, whichever of them was marked
        sum(is_start) over (
            partition by worker_key
            order by valid_from, valid_to
        ) as period_number,
    from mark_starts
),

final as (
    select
        worker_key,
        min(person_key) as person_key,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to,
    from number_periods
    group by worker_key, period_number
)

select * from final
