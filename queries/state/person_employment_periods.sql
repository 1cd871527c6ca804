-- Grain:   one row per unbroken employment of a person, under whatever worker ids
-- Key:     person_key, valid_from
-- Answers: from when to when was a person employed?
-- Not for: HR events, which stay with the worker id (see employment_periods); an open end is 9999-12-31 here
with

mark_starts as (
    select
        person_key,
        valid_from,
        valid_to,
        case
            when valid_from <= max(valid_to) over (
                partition by person_key
                order by valid_from, valid_to
                rows between unbounded preceding and 1 preceding
            ) then 0
            else 1
        end as is_start,
    from employment_periods
),

number_periods as (
    select
        *,
        -- the default frame: rows that start and end together are one step, whichever of them was marked
        sum(is_start) over (
            partition by person_key
            order by valid_from, valid_to
        ) as period_number,
    from mark_starts
),

final as (
    select
        person_key,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to,
    from number_periods
    group by person_key, period_number
)

select * from final
