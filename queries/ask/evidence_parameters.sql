-- Grain:   one row per threshold or promise the run used
-- Answers: which service levels, freshness promises and coverage limits were applied?
-- Not for: grace and validity of a requirement (see the requirements)
with

promises as (
    select
        'Source ' || sources.source as name,
        concat_ws(
            '; ',
            'feed ' || sources.feed,
            'mode ' || sources.mode,
            'zone ' || coalesce(sources.timezone, run_parameters.organisation_timezone || ' (the organisation''s)'),
            'covers from ' || coalesce(strftime(sources.covers_from, '%Y-%m-%d %H:%M') || ' UTC', 'its first record'),
            coalesce('expected every ' || printf('%g', sources.expect_every_hours) || ' h', 'no promise of freshness')
        ) as value,
        1 as position,
    from sources
    cross join run_parameters
),

service_levels as (
    select
        'Service level: ' || policy_event_slas.action || ' after ' || policy_event_slas.event_type as name,
        printf('%g', policy_event_slas.max_hours) || ' h'
            || coalesce(' at facility type ' || policy_event_slas.facility_type, ' at every facility type') as value,
        2 as position,
    from policy_event_slas
),

orders as (
    select
        'Retraining ordered for ' || policy_retrain_orders.requirement_id as name,
        concat_ws(
            '; ',
            'effective ' || cast(policy_retrain_orders.effective_on as varchar),
            coalesce('site ' || policy_retrain_orders.site, 'every site'),
            policy_retrain_orders.reason
        ) as value,
        3 as position,
    from policy_retrain_orders
),

rows as (
    select * from promises
    union all
    select * from service_levels
    union all
    select * from orders
),

final as (
    select rows.name, rows.value,
    from rows
    order by rows.position, rows.name, rows.value
)

select * from final
