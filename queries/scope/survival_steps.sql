-- Grain:   one row per action, integration method and site (NULL for all sites), and duration at which the share still
--          unanswered fell past a quarter of a percentage point; the first and the last duration too
-- Key:     action, integration_method, site, hours
-- Answers: what share of HR events was still unanswered after so many hours, by method, with 95 % bands?
-- Not for: medians by month (sync_latency, which counts in the same way)
with

group_durations as (
    select
        action,
        integration_method,
        site,
        hours,
        grouping(site) as is_all_sites,
        count(*) as durations,
        count(*) filter (where is_answered) as answers,
    from sync_durations
    where integration_method is not null
    group by grouping sets ((action, integration_method, hours), (action, integration_method, hours, site))
),

-- A row without a site belongs to the totals alone.
key_groups as (
    select
        *,
        concat_ws('|', action, integration_method, coalesce(site, '')) as curve,
    from group_durations
    where is_all_sites = 1 or site is not null
),

count_at_risk as (
    select
        *,
        sum(durations) over (partition by curve order by hours desc) as at_risk,
    from key_groups
),

weigh_steps as (
    select
        *,
        case when at_risk > answers then ln(1.0 - answers * 1.0 / at_risk) else 0.0 end as log_step,
        case when at_risk > answers then answers * 1.0 / (at_risk * 1.0 * (at_risk - answers)) else 0.0 end as variance_step,
    from count_at_risk
),

add_steps as (
    select
        *,
        bool_or(at_risk = answers) over so_far as is_all_answered,
        sum(log_step) over so_far as log_unanswered,
        sqrt(sum(variance_step) over so_far) as spread,
    from weigh_steps
    window so_far as (partition by curve order by hours)
),

-- 95 % bands by Greenwood's formula on the scale of log(-log): they stay between 0 and 1.
final as (
    select
        action,
        integration_method,
        site,
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
        end as unanswered_high_pct,
    from add_steps
    window by_hours as (partition by curve order by hours)
    qualify
        floor(4 * unanswered_pct) is distinct from lag(floor(4 * unanswered_pct)) over by_hours
        or lead(hours) over by_hours is null
)

select * from final
order by site, action
