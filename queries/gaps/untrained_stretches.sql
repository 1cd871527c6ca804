-- Grain:   one row per stretch of a requirement period without valid training
-- Key:     period_key, valid_from
-- Answers: when was required training not held?
-- Not for: gaps (a stretch may be waived, on leave or in grace); an end after as_of is 9999-12-31 here
with

follow_credentials as (
    select
        worker_key,
        requirement_key,
        site_key,
        valid_from,
        valid_to,
        max(valid_to) over (
            partition by worker_key, requirement_key, site_key
            order by valid_from, valid_to
            rows between unbounded preceding and 1 preceding
        ) as covered_before,
        coalesce(
            lead(valid_from) over (
                partition by worker_key, requirement_key, site_key
                order by valid_from, valid_to
            ),
            timestamp '9999-12-31 00:00:00'
        ) as next_from,
    from credential_intervals
    where is_trained and valid_from <= (select as_of from run_parameters)
),

holes as (
    select
        worker_key,
        requirement_key,
        site_key,
        timestamp '0001-01-01 00:00:00' as valid_from,
        valid_from as valid_to,
    from follow_credentials
    where covered_before is null
    union all
    select
        worker_key,
        requirement_key,
        site_key,
        greatest(covered_before, valid_to) as valid_from,
        next_from as valid_to,
    from follow_credentials
    where
        greatest(covered_before, valid_to) < next_from
        and greatest(covered_before, valid_to) <= (select as_of from run_parameters)
),

stretches as (
    select
        periods_begun.period_key,
        periods_begun.valid_from as period_from,
        greatest(periods_begun.valid_from, holes.valid_from) as valid_from,
        least(periods_begun.valid_to, holes.valid_to) as valid_to,
    from periods_begun
    inner join holes
        on periods_begun.worker_key = holes.worker_key
        and periods_begun.requirement_key = holes.requirement_key
        and periods_begun.site_key = holes.site_key
        and periods_begun.valid_from < holes.valid_to
        and holes.valid_from < periods_begun.valid_to
    union all
    -- never trained
    select
        periods_begun.period_key,
        periods_begun.valid_from as period_from,
        periods_begun.valid_from,
        periods_begun.valid_to,
    from periods_begun
    anti join holes
        on periods_begun.worker_key = holes.worker_key
        and periods_begun.requirement_key = holes.requirement_key
        and periods_begun.site_key = holes.site_key
),

final as (
    select
        cast(row_number() over (order by period_key, valid_from) as integer) as stretch_key,
        period_key,
        valid_from > period_from as is_after_training,
        valid_from,
        valid_to,
    from stretches
)

select * from final
