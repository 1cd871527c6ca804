-- Grain:   one row per HR event and action it could call for
-- Key:     event_id, action
-- Answers: when does the clock of an answer start, when is the answer due, and could the LMS feed show it?
-- Not for: whether the action was called for (see event_responses)
with

actions as (
    select *
    from (
        values
            ('create_account', 'lms_accounts'),
            ('assign', 'lms_assignments'),
            ('remove_assignment', 'lms_assignments'),
            ('deactivate_account', 'lms_accounts'),
            ('close_assignments', 'lms_assignments')
    ) as actions (action, feed)
),

newest_loads as (
    select feed, max(loaded_at) as newest_loaded_at
    from known_loads
    group by feed
),

first_facts as (
    select 'lms_accounts' as feed, min(created_at) as first_fact_at
    from staged_lms_accounts
    where created_at <= (select as_of from run_parameters)
    union all
    select 'lms_assignments' as feed, min(assigned_at) as first_fact_at
    from staged_lms_assignments
    where assigned_at <= (select as_of from run_parameters)
),

configured_cover as (
    select feed, max(covers_from) as covers_from
    from sources
    group by feed
),

feed_cover as (
    select
        first_facts.feed,
        coalesce(configured_cover.covers_from, first_facts.first_fact_at) as covers_from,
        newest_loads.newest_loaded_at,
    from first_facts
    left join configured_cover on first_facts.feed = configured_cover.feed
    left join newest_loads on first_facts.feed = newest_loads.feed
),

events as (
    select
        hr_events.event_id,
        hr_events.event_type,
        greatest(hr_events.effective_at, hr_events.recorded_at) as clock_at,
        site_keys.facility_type,
    from hr_events
    left join site_keys
        on case when hr_events.is_assignment_end then hr_events.previous_site else hr_events.site end = site_keys.site
),

rank_slas as (
    select
        events.event_id,
        actions.action,
        policy_event_slas.max_hours,
        row_number() over (
            partition by events.event_id, actions.action
            order by policy_event_slas.facility_type is null, policy_event_slas.max_hours
        ) as sla_rank,
    from events
    cross join actions
    inner join policy_event_slas
        on events.event_type = policy_event_slas.event_type
        and actions.action = policy_event_slas.action
    where
        policy_event_slas.facility_type is null
        or policy_event_slas.facility_type = events.facility_type
),

final as (
    select
        events.event_id,
        actions.action,
        events.clock_at,
        events.clock_at + cast(round(coalesce(rank_slas.max_hours, 24) * 3600) as integer) * interval '1' second as due_at,
        feed_cover.covers_from,
        feed_cover.newest_loaded_at,
    from events
    cross join actions
    inner join feed_cover on actions.feed = feed_cover.feed
    left join rank_slas
        on events.event_id = rank_slas.event_id
        and actions.action = rank_slas.action
        and rank_slas.sla_rank = 1
)

select * from final
