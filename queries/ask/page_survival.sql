-- Grain:   one row per integration method and step: a duration at which answers came or waits ended
-- Answers: what share of HR events was still unanswered after so many hours, by method, with 95 % bands?
-- Not for: medians by site and month (sync_latency, which counts in the same way)
with

durations as (
    select
        integration_method,
        hours,
        is_answered
    from sync_durations
    where
        integration_method is not null
        and ($event_type is null or event_type = $event_type)
        and ($action is null or action = $action)
        and ($site is null or site = $site)
),

group_durations as (
    select
        integration_method,
        hours,
        count(*) as durations,
        count(*) filter (where is_answered) as answers
    from durations
    group by integration_method, hours
),

count_at_risk as (
    select
        *,
        sum(durations) over (
            partition by integration_method
            order by hours desc
        ) as at_risk
    from group_durations
),

weigh_steps as (
    select
        *,
        case when at_risk > answers then ln(1.0 - answers * 1.0 / at_risk) else 0.0 end as log_step,
        case when at_risk > answers then answers * 1.0 / (at_risk * 1.0 * (at_risk - answers)) else 0.0 end as variance_step
    from count_at_risk
),

add_steps as (
    select
        *,
        bool_or(at_risk = answers) over so_far as is_all_answered,
        sum(log_step) over so_far as log_unanswered,
        sqrt(sum(variance_step) over so_far) as spread
    from weigh_steps
    window so_far as (
        partition by integration_method
        order by hours
    )
),

final as (
    select
        integration_method,
        hours,
        cast(at_risk as bigint) as at_risk,
        cast(answers as bigint) as answers,
        cast(durations - answers as bigint) as still_waiting,
        100.0 * case when is_all_answered then 0.0 else exp(log_unanswered) end as unanswered_pct,
        100.0 * case
            when is_all_answered then 0.0
            when log_unanswered = 0.0 then 1.0
            else exp(-exp(ln(-log_unanswered) - 1.959963984540054 * spread / log_unanswered))
        end as unanswered_low_pct,
        100.0 * case
            when is_all_answered then 0.0
            when log_unanswered = 0.0 then 1.0
            else exp(-exp(ln(-log_unanswered) + 1.959963984540054 * spread / log_unanswered))
        end as unanswered_high_pct
    from add_steps
)

select * from final
order by integration_method, hours
