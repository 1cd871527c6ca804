-- Grain:   one row per source, per integration between HR and the LMS, and per outage of one in the period
-- Answers: was each source on time, did the integration run, when not, and how many open gaps rest on what was degraded?
-- Not for: single loads (see the sources) and single failed records
with

scoped_workers as (
    select distinct role_states.worker_id
    from role_states
    where role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= cast($period_to as timestamp)
        and (
            role_states.valid_to is null
            or cast($period_from as timestamp) is null
            or role_states.valid_to > cast($period_from as timestamp)
        )
        and (
            cast($sites as varchar[]) is null
            or list_contains(cast($sites as varchar[]), role_states.site)
        )
        and (
            cast($departments as varchar[]) is null
            or list_contains(cast($departments as varchar[]), role_states.department)
        )
        and (
            cast($workers as varchar[]) is null
            or list_contains(cast($workers as varchar[]), role_states.worker_id)
        )
),

asked_requirements as (
    select
        policy_requirements.requirement_id,
        policy_requirements.title,
        policy_requirements.citation,
        policy_requirements.severity,
        policy_requirements.is_site_specific,
    from policy_requirements
    where (
        cast($authorities as varchar[]) is null
        or list_contains(cast($authorities as varchar[]), policy_requirements.authority)
    )
    and (
        cast($citations as varchar[]) is null
        or exists (
            select 1
            from (
                select policy_requirements.citation
                union all
                select policy_requirement_rules.citation
                from policy_requirement_rules
                where policy_requirement_rules.requirement_id = policy_requirements.requirement_id
            ) as stated
            cross join (select unnest(cast($citations as varchar[])) as citation) as asked
            where starts_with(stated.citation, asked.citation)
                and not regexp_matches(substr(stated.citation, length(asked.citation) + 1, 1), '[0-9A-Za-z]')
        )
    )
),

open_gaps as (
    select gaps.gap_id, gaps.worker_id, gaps.opened_at, coalesce(gaps.site, gaps.role_site) as site,
    from gaps
    semi join scoped_workers on gaps.worker_id = scoped_workers.worker_id
    semi join asked_requirements on gaps.requirement_id = asked_requirements.requirement_id
    where gaps.opened_at <= cast($period_to as timestamp)
        and (gaps.closed_at is null or gaps.closed_at > cast($period_to as timestamp))
        and (
            cast($sites as varchar[]) is null
            or gaps.site is null
            or list_contains(cast($sites as varchar[]), gaps.site)
        )
),

worker_sources as (
    select distinct staged_role_history.source, staged_role_history.worker_id
    from staged_role_history
),

gaps_of_source as (
    select worker_sources.source, count(*) as open_gaps,
    from open_gaps
    inner join worker_sources on open_gaps.worker_id = worker_sources.worker_id
    group by worker_sources.source
),

gaps_of_outage as (
    select sync_outages.integration, sync_outages.started_at, count(*) as open_gaps,
    from sync_outages
    inner join open_gaps
        on open_gaps.opened_at >= sync_outages.started_at
        and (sync_outages.ended_at is null or open_gaps.opened_at < sync_outages.ended_at)
        and (sync_outages.site is null or sync_outages.site = open_gaps.site)
    group by sync_outages.integration, sync_outages.started_at
),

rows as (
    select
        1 as part,
        'source' as what,
        feed_health.source as name,
        feed_health.feed,
        feed_health.mode,
        feed_health.status,
        feed_health.newest_loaded_at as newest_at,
        feed_health.age_hours,
        feed_health.expect_every_hours,
        feed_health.covers_from,
        feed_health.effective_min,
        feed_health.effective_max,
        feed_health.loads,
        feed_health.held_loads,
        feed_health.rows_read,
        feed_health.rows_accepted,
        feed_health.rows_rejected,
        feed_health.drifted_columns,
        cast(null as double) as success_pct,
        cast(null as bigint) as silent_days,
        cast(null as timestamp) as outage_from,
        cast(null as timestamp) as outage_to,
        case
            when feed_health.status = 'fresh' and coalesce(feed_health.held_loads, 0) = 0 then 0
            when feed_health.feed = 'role_history' then coalesce(gaps_of_source.open_gaps, 0)
            when feed_health.feed in (
                'workers', 'lms_accounts', 'lms_assignments', 'lms_completions', 'lms_courses', 'sites', 'jobs'
            ) then (select count(*) from open_gaps)
            else 0
        end as open_gaps,
    from feed_health
    left join gaps_of_source on feed_health.source = gaps_of_source.source
    union all
    select
        2 as part,
        'integration' as what,
        integration_health.integration as name,
        integration_health.site as feed,
        integration_health.method as mode,
        case
            when integration_health.failed = 0 and coalesce(integration_health.silent_days, 0) = 0 then 'no failure'
            else 'had failures'
        end as status,
        integration_health.last_ok_at as newest_at,
        null as age_hours,
        null as expect_every_hours,
        integration_health.first_run_at as covers_from,
        null as effective_min,
        null as effective_max,
        integration_health.runs as loads,
        integration_health.failed as held_loads,
        integration_health.records_in as rows_read,
        integration_health.records_in - integration_health.records_failed as rows_accepted,
        integration_health.records_failed as rows_rejected,
        null as drifted_columns,
        integration_health.success_pct,
        integration_health.silent_days,
        null as outage_from,
        null as outage_to,
        null as open_gaps,
    from integration_health
    where cast($sites as varchar[]) is null
        or integration_health.site is null
        or list_contains(cast($sites as varchar[]), integration_health.site)
    union all
    select
        3 as part,
        'outage' as what,
        sync_outages.integration as name,
        sync_outages.site as feed,
        sync_outages.method as mode,
        case when sync_outages.ended_at is null then 'going on' else 'over' end as status,
        null as newest_at,
        null as age_hours,
        null as expect_every_hours,
        null as covers_from,
        null as effective_min,
        null as effective_max,
        null as loads,
        sync_outages.failed_runs as held_loads,
        null as rows_read,
        null as rows_accepted,
        null as rows_rejected,
        null as drifted_columns,
        null as success_pct,
        sync_outages.silent_days,
        sync_outages.started_at as outage_from,
        sync_outages.ended_at as outage_to,
        coalesce(gaps_of_outage.open_gaps, 0) as open_gaps,
    from sync_outages
    left join gaps_of_outage
        on sync_outages.integration = gaps_of_outage.integration
        and sync_outages.started_at = gaps_of_outage.started_at
    where sync_outages.started_at <= cast($period_to as timestamp)
        and (
            sync_outages.ended_at is null
            or cast($period_from as timestamp) is null
            or sync_outages.ended_at > cast($period_from as timestamp)
        )
        and (
            cast($sites as varchar[]) is null
            or sync_outages.site is null
            or list_contains(cast($sites as varchar[]), sync_outages.site)
        )
),

final as (
    select
        rows.what,
        rows.name,
        rows.feed,
        rows.mode,
        rows.status,
        rows.open_gaps,
        rows.newest_at,
        rows.age_hours,
        rows.expect_every_hours,
        rows.covers_from,
        rows.loads,
        rows.held_loads,
        rows.success_pct,
        rows.silent_days,
        rows.outage_from,
        rows.outage_to,
        rows.rows_read,
        rows.rows_accepted,
        rows.rows_rejected,
        rows.drifted_columns,
        rows.effective_min,
        rows.effective_max,
    from rows
    order by rows.part, rows.feed, rows.name, rows.outage_from
)

select * from final
