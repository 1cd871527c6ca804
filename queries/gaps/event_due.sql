-- Grain:   one row per HR event and action it could call for
-- Key:     event_key, action
-- Answers: when does the clock of an answer start, when is the answer due, and could the LMS feed show it?
-- Not for: whether the action was called for (see event_responses)
with

actions as (
    select *
    from (
        values
            ('create_account', 'lms_accounts', false),
            ('assign', 'lms_assignments', false),
            ('remove_assignment', 'lms_assignments', false),
            ('deactivate_account', 'lms_accounts', true),
            ('close_assignments', 'lms_assignments', true)
    ) as actions (action, feed, is_for_end)
),

newest_loads as (
    select feed, max(loaded_at) as newest_loaded_at
    from known_loads
    where not coalesce(is_retake, false)
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

facility_types as (
    select distinct facility_type
    from site_keys
    union
    select null as facility_type
),

-- a limit that names the facility type wins over one that names none; of equals the smallest
rank_limits as (
    select
        policy_event_slas.event_type,
        policy_event_slas.action,
        facility_types.facility_type,
        policy_event_slas.max_hours,
        row_number() over (
            partition by policy_event_slas.event_type, policy_event_slas.action, facility_types.facility_type
            order by policy_event_slas.facility_type is null, policy_event_slas.max_hours
        ) as limit_rank,
    from policy_event_slas
    inner join facility_types
        on policy_event_slas.facility_type is null or policy_event_slas.facility_type = facility_types.facility_type
),

limits as (
    select
        hr_event_types.event_type,
        actions.action,
        coalesce(facility_types.facility_type, '') as facility_type,
        cast(round(coalesce(rank_limits.max_hours, 24) * 3600) as integer) as max_seconds,
        feed_cover.covers_from,
        feed_cover.newest_loaded_at,
    from hr_event_types
    inner join actions on hr_event_types.is_end = actions.is_for_end
    inner join feed_cover on actions.feed = feed_cover.feed
    cross join facility_types
    left join rank_limits
        on hr_event_types.event_type = rank_limits.event_type
        and actions.action = rank_limits.action
        and coalesce(facility_types.facility_type, '') = coalesce(rank_limits.facility_type, '')
        and rank_limits.limit_rank = 1
),

events as (
    select
        hr_events.event_key,
        hr_events.event_type,
        greatest(hr_events.effective_at, hr_events.recorded_at) as clock_at,
        coalesce(site_keys.facility_type, '') as facility_type,
    from hr_events
    left join site_keys
        on case when hr_events.is_assignment_end then hr_events.previous_site else hr_events.site end = site_keys.site
),

final as (
    select
        events.event_key,
        limits.action,
        events.clock_at,
        events.clock_at + limits.max_seconds * interval '1' second as due_at,
        limits.covers_from,
        limits.newest_loaded_at,
    from events
    inner join limits
        on events.event_type = limits.event_type
        and events.facility_type = limits.facility_type
)

select * from final
