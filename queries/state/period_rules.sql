-- Grain:   one row per requirement period of a duty that several rules or exceptions have required
-- Key:     period_key
-- Answers: which rules and exceptions make up such a requirement period?
-- Not for: periods with one reason (see required_intervals); dates (see requiring_stretches)
with

period_reasons as (
    select distinct
        required_intervals.period_key,
        reasons.reason,
    from required_intervals
    inner join requiring_stretches
        on required_intervals.worker_key = requiring_stretches.worker_key
        and required_intervals.requirement_key = requiring_stretches.requirement_key
        and required_intervals.site_key = requiring_stretches.site_key
        and requiring_stretches.valid_from >= required_intervals.valid_from
        and requiring_stretches.valid_from < required_intervals.valid_to
    inner join reasons on requiring_stretches.reason_key = reasons.reason_key
    where required_intervals.reason_key is null
),

bounds_of_reasons as (
    select
        period_key,
        min(reason) as least_reason,
        max(reason) as greatest_reason,
        count(*) as reasons,
    from period_reasons
    group by period_key
),

final as (
    select
        period_key,
        case when reasons = 1 then least_reason else concat_ws(';', least_reason, greatest_reason) end as rule_ids,
    from bounds_of_reasons
    where reasons <= 2
    union all
    select
        period_reasons.period_key,
        string_agg(period_reasons.reason, ';' order by period_reasons.reason) as rule_ids,
    from period_reasons
    semi join bounds_of_reasons
        on bounds_of_reasons.reasons > 2
        and period_reasons.period_key = bounds_of_reasons.period_key
    group by period_reasons.period_key
)

select * from final
