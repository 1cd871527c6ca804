-- Grain:   one row per event type, action, site, integration method and month, each NULL for all
-- Key:     event_type, action, site, integration_method, month
-- Answers: how long does the LMS take to answer HR events, counting those it has not answered?
-- Not for: answers whose clock starts before the LMS feed covers (they are not_evaluable)
with

durations as (
    select
        event_responses.event_type,
        event_responses.action,
        site_keys.site,
        site_keys.integration_method,
        strftime(event_responses.clock_at, '%Y-%m') as month,
        event_responses.responded_at is not null as is_answered,
        event_responses.verdict,
        greatest(
            coalesce(
                event_responses.latency_hours,
                (epoch_us((select as_of from run_parameters)) - epoch_us(event_responses.clock_at)) / 3600000000.0
            ),
            0.0
        ) as hours,
    from event_responses
    inner join hr_events on event_responses.event_id = hr_events.event_id
    left join site_keys
        on case when hr_events.is_assignment_end then hr_events.previous_site else hr_events.site end = site_keys.site
    where
        event_responses.action in ('create_account', 'assign', 'deactivate_account')
        and event_responses.verdict <> 'not_evaluable'
),

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
    from durations
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

at_risk as (
    select
        *,
        1.0 - answers * 1.0 / sum(durations) over (
            partition by event_type, action, site, integration_method, month
            order by hours desc
        ) as stays,
    from named_groups
),

survival as (
    select
        *,
        case
            when min(stays) over so_far <= 0.0 then 0.0
            else exp(sum(ln(case when stays <= 0.0 then 1.0 else stays end)) over so_far)
        end as unanswered_share,
    from at_risk
    window so_far as (
        partition by event_type, action, site, integration_method, month
        order by hours
    )
),

final as (
    select
        event_type,
        action,
        site,
        integration_method,
        month,
        cast(sum(answers) as bigint) as answers,
        cast(sum(durations) - sum(answers) as bigint) as unanswered,
        min(case when unanswered_share <= 0.5 + 1e-12 then hours end) as median_hours,
        min(case when unanswered_share <= 0.1 + 1e-12 then hours end) as p90_hours,
        100.0 * sum(within_sla) / nullif(sum(due), 0) as within_sla_pct,
    from survival
    group by event_type, action, site, integration_method, month
)

select * from final
