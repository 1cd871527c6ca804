-- Grain:   one row per worker, requirement and site for an unbroken time it was required
-- Key:     period_key
-- Answers: the requirement periods in numbers, for joins over many rows
-- Not for: reading (see requirement_periods); an open end is 9999-12-31, site_key 0 is no site
with

mark_starts as (
    select
        worker_key,
        person_key,
        requirement_key,
        site_key,
        is_site_specific,
        valid_from,
        valid_to,
        case
            when valid_from <= max(valid_to) over (
                partition by worker_key, requirement_key, site_key
                order by valid_from, valid_to
                rows between unbounded preceding and 1 preceding
            ) then 0
            else 1
        end as is_start,
    from requiring_stretches
),

number_periods as (
    select
        *,
        sum(is_start) over (
            partition by worker_key, requirement_key, site_key
            order by valid_from, valid_to
            rows between unbounded preceding and current row
        ) as period_number,
    from mark_starts
),

periods as (
    select
        worker_key,
        person_key,
        requirement_key,
        site_key,
        is_site_specific,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to,
    from number_periods
    group by worker_key, person_key, requirement_key, site_key, is_site_specific, period_number
),

final as (
    select
        row_number() over (order by worker_key, requirement_key, site_key, valid_from) as period_key,
        *,
    from periods
)

select * from final
