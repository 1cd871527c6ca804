-- Grain:   one row per worker, requirement and site for an unbroken time it was required
-- Key:     period_key
-- Answers: the requirement periods in numbers, for joins over many rows
-- Not for: reading (see requirement_periods); an open end is 9999-12-31, site_key 0 is no site, reason_key is NULL where
--          several rules or exceptions have required it (see period_rules)
with

-- what is required over and over is mostly required throughout: only what was interrupted, or may overlap, is put in order
spans as (
    select
        worker_key,
        requirement_key,
        site_key,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to,
        min(reason_key) as least_reason_key,
        max(reason_key) as greatest_reason_key,
        bool_and(is_disjoint)
        and sum(epoch_us(valid_to) - epoch_us(valid_from)) = epoch_us(max(valid_to)) - epoch_us(min(valid_from)) as is_unbroken,
    from requiring_stretches
    group by worker_key, requirement_key, site_key
),

other_stretches as (
    select requiring_stretches.*
    from requiring_stretches
    inner join spans
        on requiring_stretches.worker_key = spans.worker_key
        and requiring_stretches.requirement_key = spans.requirement_key
        and requiring_stretches.site_key = spans.site_key
    where not spans.is_unbroken
),

follow_stretches as (
    select
        worker_key,
        requirement_key,
        site_key,
        first_value(valid_from) over so_far as first_valid_from,
        max(valid_to) over so_far as reached,
        min(reason_key) over so_far as least_reason_key,
        max(reason_key) over so_far as greatest_reason_key,
        lead(valid_from) over so_far as next_valid_from,
    from other_stretches
    window so_far as (
        partition by worker_key, requirement_key, site_key
        order by valid_from, valid_to
        rows between unbounded preceding and current row
    )
),

-- a period ends where nothing goes on; the one after it starts with the stretch that comes next
periods as (
    select
        worker_key,
        requirement_key,
        site_key,
        coalesce(
            lag(next_valid_from) over (
                partition by worker_key, requirement_key, site_key
                order by reached
            ),
            first_valid_from
        ) as valid_from,
        reached as valid_to,
        case when least_reason_key = greatest_reason_key then least_reason_key end as reason_key,
    from follow_stretches
    where next_valid_from is null or next_valid_from > reached
    union all
    select
        worker_key,
        requirement_key,
        site_key,
        valid_from,
        valid_to,
        case when least_reason_key = greatest_reason_key then least_reason_key end as reason_key,
    from spans
    where is_unbroken
),

final as (
    select
        cast(row_number() over (
            order by periods.worker_key, periods.requirement_key, periods.site_key, periods.valid_from
        ) as integer) as period_key,
        periods.worker_key,
        worker_keys.person_key,
        periods.requirement_key,
        periods.site_key,
        requirement_keys.is_site_specific,
        periods.valid_from,
        periods.valid_to,
        periods.reason_key,
    from periods
    inner join worker_keys on periods.worker_key = worker_keys.worker_key
    inner join requirement_keys on periods.requirement_key = requirement_keys.requirement_key
)

select * from final
