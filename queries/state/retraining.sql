-- Grain:   one row per worker, requirement, site and instant at which earlier training ends
-- Key:     worker_key, requirement_key, site_key, happens_at, ended_by
-- Answers: when did an HR event or a retrain order end what a worker had learnt before?
-- Not for: expiry (see credential_intervals); site_key 0 means whatever the site
with

retrain_event_types as (
    select
        requirement_key,
        trim(unnest(string_split(retrain_on, ';'))) as event_type,
    from requirement_keys
    where retrain_on is not null
),

by_event as (
    select distinct
        hr_events.worker_key,
        retrain_event_types.requirement_key,
        0 as site_key,
        hr_events.effective_at as happens_at,
        'retrain_event' as ended_by,
    from retrain_event_types
    inner join hr_events on retrain_event_types.event_type = hr_events.event_type
),

place_orders as (
    select
        policy_retrain_orders.requirement_id,
        policy_retrain_orders.effective_on,
        coalesce(site_keys.site_key, 0) as site_key,
        coalesce(site_keys.timezone, (select organisation_timezone from run_parameters)) as timezone,
    from policy_retrain_orders
    left join site_keys on policy_retrain_orders.site = site_keys.site
),

orders as (
    select distinct
        requirement_keys.requirement_key,
        requirement_keys.is_site_specific,
        place_orders.site_key,
        local_midnights.starts_at as happens_at,
    from place_orders
    inner join requirement_keys on place_orders.requirement_id = requirement_keys.requirement_id
    inner join local_midnights
        on place_orders.timezone = local_midnights.timezone
        and place_orders.effective_on = local_midnights.local_on
),

by_order as (
    select
        worker_keys.worker_key,
        orders.requirement_key,
        orders.site_key,
        orders.happens_at,
        'retrain_order' as ended_by,
    from orders
    cross join worker_keys
    where orders.is_site_specific or orders.site_key = 0
    union
    select
        role_intervals.worker_key,
        orders.requirement_key,
        0 as site_key,
        orders.happens_at,
        'retrain_order' as ended_by,
    from orders
    inner join role_intervals
        on orders.site_key = role_intervals.site_key
        and orders.happens_at >= role_intervals.valid_from
        and orders.happens_at < role_intervals.valid_to
    where not orders.is_site_specific
),

final as (
    select * from by_event
    union all
    select * from by_order
)

select * from final
