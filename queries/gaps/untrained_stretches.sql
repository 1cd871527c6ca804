-- Grain:   one row per stretch of a requirement period without valid training
-- Key:     period_key, valid_from
-- Answers: when was required training not held?
-- Not for: gaps (a stretch may be waived, on leave or in grace); an end after as_of is 9999-12-31 here
with

-- of credentials that start together only the last can have a hole after it, and it has seen the ends of all: their order
-- among themselves does not matter
follow_credentials as (
    select
        worker_key,
        requirement_key,
        site_key,
        valid_from,
        max(valid_to) over (
            partition by worker_key, requirement_key, site_key
            order by valid_from
            rows between unbounded preceding and current row
        ) as covered_to,
        coalesce(lead(valid_from) over by_duty, timestamp '9999-12-31 00:00:00') as next_from,
        row_number() over by_duty = 1 as is_first,
    from credential_intervals
    where is_trained and valid_from <= (select as_of from run_parameters)
    window by_duty as (partition by worker_key, requirement_key, site_key order by valid_from)
),

first_credentials as (
    select worker_key, requirement_key, site_key, valid_from
    from follow_credentials
    where is_first
),

holes as (
    select
        worker_key,
        requirement_key,
        site_key,
        covered_to as valid_from,
        next_from as valid_to,
    from follow_credentials
    where
        covered_to < next_from
        and covered_to <= (select as_of from run_parameters)
),

stretches as (
    -- before the first training, if ever there was one
    select
        periods_begun.period_key,
        false as is_after_training,
        periods_begun.valid_from,
        least(periods_begun.valid_to, first_credentials.valid_from) as valid_to,
    from periods_begun
    left join first_credentials
        on periods_begun.worker_key = first_credentials.worker_key
        and periods_begun.requirement_key = first_credentials.requirement_key
        and periods_begun.site_key = first_credentials.site_key
    where first_credentials.valid_from is null or first_credentials.valid_from > periods_begun.valid_from
    union all
    select
        periods_begun.period_key,
        holes.valid_from > periods_begun.valid_from as is_after_training,
        greatest(periods_begun.valid_from, holes.valid_from) as valid_from,
        least(periods_begun.valid_to, holes.valid_to) as valid_to,
    from periods_begun
    inner join holes
        on periods_begun.worker_key = holes.worker_key
        and periods_begun.requirement_key = holes.requirement_key
        and periods_begun.site_key = holes.site_key
        and periods_begun.valid_from < holes.valid_to
        and holes.valid_from < periods_begun.valid_to
),

final as (
    select
        cast(row_number() over (order by period_key, valid_from) as integer) as stretch_key,
        period_key,
        is_after_training,
        valid_from,
        valid_to,
    from stretches
)

select * from final
