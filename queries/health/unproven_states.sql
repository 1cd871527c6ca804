-- Grain:   one row per segment of the compliance timeline that lasts beyond the newest load of a source it rests on
-- Key:     period_key, valid_from
-- Answers: which states can nobody vouch for at as_of, since when, and for want of which source?
-- Not for: time before the completions feed covers (not_evaluable in the timeline itself); causes of gaps
with

-- Who works where in which role: every state of a worker rests on the sources that tell it.
worker_stops as (
    select
        worker_keys.worker_key,
        stopped_sources.source,
        stopped_sources.known_until,
    from staged_role_history
    inner join stopped_sources on staged_role_history.source = stopped_sources.source
    inner join worker_keys on staged_role_history.worker_id = worker_keys.worker_id
    where stopped_sources.known_until is not null
    group by worker_keys.worker_key, stopped_sources.source, stopped_sources.known_until
),

-- A rule that goes by training profile rests on the jobs, one that goes by facility type on the sites.
requirement_stops as (
    select
        requirement_keys.requirement_key,
        stopped_sources.source,
        stopped_sources.known_until,
    from policy_requirement_rules
    inner join stopped_sources
        on (stopped_sources.feed = 'jobs' and policy_requirement_rules.training_profile is not null)
        or (stopped_sources.feed = 'sites' and policy_requirement_rules.facility_type is not null)
    inner join requirement_keys on policy_requirement_rules.requirement_id = requirement_keys.requirement_id
    where stopped_sources.known_until is not null
    group by requirement_keys.requirement_key, stopped_sources.source, stopped_sources.known_until
),

-- Training that has not been delivered may be there, or belong to somebody by an account that has not: what is known
-- to be trained stays so.
training_stops as (
    select
        untrained_states.state,
        stopped_sources.source,
        stopped_sources.known_until,
    from stopped_sources
    cross join (select unnest(['gap', 'in_grace']) as state) as untrained_states
    where stopped_sources.feed in ('lms_completions', 'lms_accounts', 'workers')
),

segment_stops as (
    select timeline_segments.period_key, timeline_segments.valid_from, worker_stops.source, worker_stops.known_until
    from timeline_segments
    inner join worker_stops on timeline_segments.worker_key = worker_stops.worker_key
    where timeline_segments.valid_to > worker_stops.known_until
    union all
    select timeline_segments.period_key, timeline_segments.valid_from, requirement_stops.source, requirement_stops.known_until
    from timeline_segments
    inner join requirement_stops on timeline_segments.requirement_key = requirement_stops.requirement_key
    where timeline_segments.valid_to > requirement_stops.known_until
    union all
    select timeline_segments.period_key, timeline_segments.valid_from, training_stops.source, training_stops.known_until
    from timeline_segments
    inner join training_stops on timeline_segments.state = training_stops.state
    where training_stops.known_until is null or timeline_segments.valid_to > training_stops.known_until
),

say_stops as (
    select segment_stops.period_key, segment_stops.valid_from, segment_stops.source, segment_stops.known_until, stopped_sources.says
    from segment_stops
    inner join stopped_sources on segment_stops.source = stopped_sources.source
),

add_stops as (
    select
        period_key,
        valid_from,
        case when count(known_until) = count(*) then min(known_until) end as known_until,
        string_agg(source, '; ' order by source) as rests_on,
        string_agg(says, '; ' order by source) as because,
    from say_stops
    group by period_key, valid_from
),

final as (
    select
        timeline_segments.period_key,
        worker_keys.worker_id,
        requirement_keys.requirement_id,
        site_keys.site,
        timeline_segments.valid_from,
        nullif(timeline_segments.valid_to, timestamp '9999-12-31 00:00:00') as valid_to,
        timeline_segments.state,
        greatest(timeline_segments.valid_from, coalesce(add_stops.known_until, timeline_segments.valid_from))
            as not_evaluable_from,
        add_stops.rests_on,
        add_stops.because,
        timeline_segments.worker_key,
        timeline_segments.person_key,
        timeline_segments.requirement_key,
        timeline_segments.site_key,
        timeline_segments.is_site_specific,
    from add_stops
    inner join timeline_segments
        on add_stops.period_key = timeline_segments.period_key
        and add_stops.valid_from = timeline_segments.valid_from
    inner join worker_keys on timeline_segments.worker_key = worker_keys.worker_key
    inner join requirement_keys on timeline_segments.requirement_key = requirement_keys.requirement_key
    left join site_keys on timeline_segments.site_key = site_keys.site_key
    where timeline_segments.state <> 'not_evaluable'
)

select * from final
