-- Grain:   one row per event type, action, site, integration method and month, each NULL for all
-- Key:     event_type, action, site, integration_method, month
-- Answers: how long does the LMS take to answer HR events, counting those it has not answered?
-- Not for: answers whose clock starts before the LMS feed covers (they are not_evaluable)
with

group_durations as (
    select
        event_type,
        action,
        site,
        integration_method,
        month,
        hours,
        grouping(site) as is_all_sites,
        grouping(integration_method) as is_all_methods,
        count(*) as durations,
        count(*) filter (where is_answered) as answers,
        count(*) filter (where verdict in ('early', 'on_time')) as within_sla,
        count(*) filter (where verdict <> 'pending') as due,
    from sync_durations
    group by hours, cube (event_type, action, site, integration_method, month)
),

-- A row without a site or a method belongs to the totals alone.
named_groups as (
    select *
    from group_durations
    where
        (is_all_sites = 1 or site is not null)
        and (is_all_methods = 1 or integration_method is not null)
),

-- One number a group: what is put in order five times over is short.
groups as (
    select
        *,
        cast(row_number() over (order by event_type, action, site, integration_method, month) as integer) as group_key,
    from (
        select distinct event_type, action, site, integration_method, month
        from named_groups
    ) as distinct_groups
),

key_groups as (
    select
        groups.group_key,
        named_groups.hours,
        named_groups.durations,
        named_groups.answers,
        named_groups.within_sla,
        named_groups.due,
    from named_groups
    inner join groups
        on named_groups.event_type is not distinct from groups.event_type
        and named_groups.action is not distinct from groups.action
        and named_groups.site is not distinct from groups.site
        and named_groups.integration_method is not distinct from groups.integration_method
        and named_groups.month is not distinct from groups.month
),

count_at_risk as (
    select
        *,
        sum(durations) over (partition by group_key order by hours desc) as at_risk,
        sum(answers) over (partition by group_key order by hours desc) as answers_from_here,
    from key_groups
),

weigh_steps as (
    select
        *,
        at_risk = answers as is_last_answer,
        case when at_risk > answers then ln(1.0 - answers * 1.0 / at_risk) else 0.0 end as log_step,
        case when at_risk > answers then answers * 1.0 / (at_risk * 1.0 * (at_risk - answers)) else 0.0 end as variance_step,
    from count_at_risk
),

add_steps as (
    select
        *,
        bool_or(is_last_answer) over so_far as is_all_answered,
        sum(log_step) over so_far as log_unanswered,
        sqrt(sum(variance_step) over so_far) as spread,
        max(answers_from_here) over of_group as all_answers,
    from weigh_steps
    window
        so_far as (partition by group_key order by hours),
        of_group as (partition by group_key)
),

-- 95 % bands by Greenwood's formula on the scale of log(-log): they stay between 0 and 1.
survival as (
    select
        *,
        case when is_all_answered then 0.0 else exp(log_unanswered) end as unanswered_share,
        case
            when is_all_answered then 0.0
            when log_unanswered = 0.0 then 1.0
            else exp(-exp(ln(-log_unanswered) - 1.959963984540054 * spread / log_unanswered))
        end as unanswered_share_low,
        case
            when is_all_answered then 0.0
            when log_unanswered = 0.0 then 1.0
            else exp(-exp(ln(-log_unanswered) + 1.959963984540054 * spread / log_unanswered))
        end as unanswered_share_high,
        all_answers - answers_from_here + answers as answers_so_far,
    from add_steps
),

measure_groups as (
    select
        group_key,
        cast(sum(answers) as bigint) as answers,
        cast(sum(durations) - sum(answers) as bigint) as unanswered,
        min(case when unanswered_share <= 0.5 + 1e-12 then hours end) as median_hours,
        min(case when unanswered_share <= 0.1 + 1e-12 then hours end) as p90_hours,
        100.0 * sum(within_sla) / nullif(sum(due), 0) as within_sla_pct,
        min(case when unanswered_share_low <= 0.5 + 1e-12 then hours end) as median_low_hours,
        min(case when unanswered_share_high <= 0.5 + 1e-12 then hours end) as median_high_hours,
        min(case when unanswered_share_low <= 0.1 + 1e-12 then hours end) as p90_low_hours,
        min(case when unanswered_share_high <= 0.1 + 1e-12 then hours end) as p90_high_hours,
        (
            min(case when 2 * answers_so_far >= all_answers and answers > 0 then hours end)
            + min(case when 2 * answers_so_far >= all_answers + 1 and answers > 0 then hours end)
        ) / 2.0 as naive_median_hours,
    from survival
    group by group_key
),

count_unjudged as (
    select
        event_type,
        action,
        site,
        integration_method,
        month,
        grouping(site) as is_all_sites,
        grouping(integration_method) as is_all_methods,
        count(*) as not_evaluable,
    from sync_unjudged
    group by cube (event_type, action, site, integration_method, month)
),

final as (
    select
        groups.event_type,
        groups.action,
        groups.site,
        groups.integration_method,
        groups.month,
        measure_groups.answers,
        measure_groups.unanswered,
        measure_groups.median_hours,
        measure_groups.p90_hours,
        measure_groups.within_sla_pct,
        measure_groups.median_low_hours,
        measure_groups.median_high_hours,
        measure_groups.p90_low_hours,
        measure_groups.p90_high_hours,
        measure_groups.naive_median_hours,
        coalesce(count_unjudged.not_evaluable, 0) as not_evaluable,
        100.0 * coalesce(count_unjudged.not_evaluable, 0)
            / (measure_groups.answers + measure_groups.unanswered + coalesce(count_unjudged.not_evaluable, 0))
            as not_evaluable_pct,
    from measure_groups
    inner join groups on measure_groups.group_key = groups.group_key
    left join count_unjudged
        on groups.event_type is not distinct from count_unjudged.event_type
        and groups.action is not distinct from count_unjudged.action
        and groups.site is not distinct from count_unjudged.site
        and groups.integration_method is not distinct from count_unjudged.integration_method
        and groups.month is not distinct from count_unjudged.month
        and (count_unjudged.is_all_sites = 1 or count_unjudged.site is not null)
        and (count_unjudged.is_all_methods = 1 or count_unjudged.integration_method is not null)
)

select * from final
