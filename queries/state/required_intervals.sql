-- Grain:   one row per worker, requirement and site for an unbroken time it was required
-- Key:     period_key
-- Answers: the requirement periods in numbers, for joins over many rows
-- Not for: reading (see requirement_periods); an open end is 9999-12-31, site_key 0 is no site
with

mark_starts as (
    select
        worker_key,
        requirement_key,
        site_key,
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
        -- the default frame: rows that start and end together are one step, whichever of them was marked
        sum(is_start) over (
            partition by worker_key, requirement_key, site_key
            order by valid_from, valid_to
        ) as period_number,
    from mark_starts
),

periods as (
    select
        worker_key,
        requirement_key,
        site_key,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to,
    from number_periods
    group by worker_key, requirement_key, site_key, period_number
),

final as (
    select
        row_number() over (
            order by periods.worker_key, periods.requirement_key, periods.site_key, periods.valid_from
        ) as period_key,
        periods.worker_key,
        worker_keys.person_key,
        periods.requirement_key,
        periods.site_key,
        requirement_keys.is_site_specific,
        periods.valid_from,
        periods.valid_to,
    from periods
    inner join worker_keys on periods.worker_key = worker_keys.worker_key
    inner join requirement_keys on periods.requirement_key = requirement_keys.requirement_key
)

select * from final
