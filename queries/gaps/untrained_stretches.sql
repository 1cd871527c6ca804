-- Grain:   one row per stretch of a requirement period without valid training
-- Key:     period_key, valid_from
-- Answers: when was required training not held?
-- Not for: gaps (a stretch may be waived, on leave or in grace); an end after as_of is 9999-12-31 here
with

-- a credential that holds in a period by as_of: the period has begun
cover as (
    select
        period_key,
        valid_from,
        case
            when valid_to > (select as_of from run_parameters) then timestamp '9999-12-31 00:00:00'
            else valid_to
        end as valid_to,
    from period_credentials
    where is_trained and valid_from <= (select as_of from run_parameters)
    union all
    select
        period_key,
        valid_to as valid_from,
        valid_to,
    from periods_begun
),

reach_of_earlier_cover as (
    select
        period_key,
        valid_from,
        max(valid_to) over (
            partition by period_key
            order by valid_from, valid_to
            rows between unbounded preceding and 1 preceding
        ) as covered_to,
    from cover
),

stretches as (
    select
        reach_of_earlier_cover.period_key,
        coalesce(reach_of_earlier_cover.covered_to, periods_begun.valid_from) as valid_from,
        reach_of_earlier_cover.valid_from as valid_to,
    from reach_of_earlier_cover
    inner join periods_begun on reach_of_earlier_cover.period_key = periods_begun.period_key
    where reach_of_earlier_cover.covered_to is null or reach_of_earlier_cover.covered_to < reach_of_earlier_cover.valid_from
),

final as (
    select
        cast(row_number() over (order by period_key, valid_from) as integer) as stretch_key,
        period_key,
        valid_from,
        valid_to,
    from stretches
    where valid_from < valid_to
)

select * from final
