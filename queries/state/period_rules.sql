-- Grain:   one row per requirement period
-- Key:     period_key
-- Answers: which rules and exceptions make up a requirement period?
-- Not for: their dates (see requiring_stretches)
with

reasons as (
    select rule_key as reason_key, rule_id as reason
    from rule_windows
    union
    select -exception_key as reason_key, exception_id as reason
    from exception_effects
),

reason_bounds as (
    select
        required_intervals.period_key,
        min(requiring_stretches.reason_key) as least_reason_key,
        max(requiring_stretches.reason_key) as greatest_reason_key,
    from required_intervals
    inner join requiring_stretches
        on required_intervals.worker_key = requiring_stretches.worker_key
        and required_intervals.requirement_key = requiring_stretches.requirement_key
        and required_intervals.site_key = requiring_stretches.site_key
        and requiring_stretches.valid_from >= required_intervals.valid_from
        and requiring_stretches.valid_from < required_intervals.valid_to
    group by required_intervals.period_key
),

-- few periods have more than one reason: only those are put together
several_reasons as (
    select
        required_intervals.period_key,
        string_agg(distinct reasons.reason, ';' order by reasons.reason) as rule_ids,
    from reason_bounds
    inner join required_intervals on reason_bounds.period_key = required_intervals.period_key
    inner join requiring_stretches
        on required_intervals.worker_key = requiring_stretches.worker_key
        and required_intervals.requirement_key = requiring_stretches.requirement_key
        and required_intervals.site_key = requiring_stretches.site_key
        and requiring_stretches.valid_from >= required_intervals.valid_from
        and requiring_stretches.valid_from < required_intervals.valid_to
    inner join reasons on requiring_stretches.reason_key = reasons.reason_key
    where reason_bounds.least_reason_key < reason_bounds.greatest_reason_key
    group by required_intervals.period_key
),

final as (
    select
        reason_bounds.period_key,
        reasons.reason as rule_ids,
    from reason_bounds
    inner join reasons on reason_bounds.least_reason_key = reasons.reason_key
    where reason_bounds.least_reason_key = reason_bounds.greatest_reason_key
    union all
    select period_key, rule_ids
    from several_reasons
)

select * from final
