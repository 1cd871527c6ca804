-- Grain:   one row per requirement period of a duty that several rules or exceptions have required
-- Key:     period_key
-- Answers: which rules and exceptions make up such a requirement period?
-- Not for: periods with one reason (see required_intervals); dates (see requiring_stretches)
with

final as (
    select
        required_intervals.period_key,
        string_agg(distinct reasons.reason, ';' order by reasons.reason) as rule_ids,
    from required_intervals
    inner join requiring_stretches
        on required_intervals.worker_key = requiring_stretches.worker_key
        and required_intervals.requirement_key = requiring_stretches.requirement_key
        and required_intervals.site_key = requiring_stretches.site_key
        and requiring_stretches.valid_from >= required_intervals.valid_from
        and requiring_stretches.valid_from < required_intervals.valid_to
    inner join reasons on requiring_stretches.reason_key = reasons.reason_key
    where required_intervals.reason_key is null
    group by required_intervals.period_key
)

select * from final
