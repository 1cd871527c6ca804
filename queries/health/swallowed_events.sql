-- Grain:   one row per HR event answered late or not at all and failure of the integration that can explain it
-- Key:     event_id, failure, integration, failed_at, run_id
-- Answers: which HR events did each failure swallow or delay?
-- Not for: events that were lost without a trace in the log (unsynced_events has them all)
with

bad_answers as (
    select
        event_responses.event_id,
        event_responses.clock_at,
        case when hr_events.is_assignment_end then hr_events.previous_site else hr_events.site end as site,
    from event_responses
    inner join hr_events on event_responses.event_id = hr_events.event_id
    where event_responses.verdict in ('late', 'missing')
),

count_waits as (
    select
        event_id,
        max(coalesce(responded_at, (select as_of from run_parameters))) as answered_by,
        max(coalesce(responded_at, (select as_of from run_parameters))) filter (where verdict in ('late', 'missing'))
            as waited_until,
    from event_responses
    group by event_id
),

events as (
    select
        hr_events.event_id,
        hr_events.worker_id,
        hr_events.effective_at,
        greatest(hr_events.effective_at, coalesce(hr_events.recorded_at, hr_events.effective_at)) as clock_at,
        cast(
            timezone(
                coalesce(site_keys.timezone, (select organisation_timezone from run_parameters)),
                timezone('UTC', hr_events.effective_at)
            ) as date
        ) as effective_on,
        count_waits.answered_by,
        count_waits.waited_until,
    from hr_events
    left join count_waits on hr_events.event_id = count_waits.event_id
    left join site_keys
        on case when hr_events.is_assignment_end then hr_events.previous_site else hr_events.site end = site_keys.site
),

-- A record that failed belongs to one event of its worker: the one whose date it names, else the one whose clock starts
-- nearest to it of those not yet answered. Where that event was answered well or before, the failure explains nothing.
rank_records as (
    select
        events.event_id,
        events.waited_until,
        sync_failures.integration,
        sync_failures.occurred_at as failed_at,
        sync_failures.run_id,
        sync_failures.error_class,
        row_number() over (
            partition by sync_failures.load_id, sync_failures.row_number
            order by
                regexp_matches(coalesce(sync_failures.message, ''), cast(events.effective_on as varchar)) desc,
                abs(epoch_us(sync_failures.occurred_at) - epoch_us(events.clock_at)),
                case when events.waited_until is null then 1 else 0 end,
                events.event_id
        ) as event_rank,
    from sync_failures
    inner join events
        on sync_failures.worker_id = events.worker_id
        and sync_failures.occurred_at >= events.effective_at - interval '30' day
        and (
            events.answered_by is null
            or sync_failures.occurred_at <= events.answered_by
            or regexp_matches(coalesce(sync_failures.message, ''), cast(events.effective_on as varchar))
        )
),

records as (
    select
        event_id,
        'record' as failure,
        coalesce(integration, '') as integration,
        failed_at,
        coalesce(run_id, '') as run_id,
        min(error_class) as error_class,
    from rank_records
    where event_rank = 1 and failed_at <= waited_until
    group by event_id, coalesce(integration, ''), failed_at, coalesce(run_id, '')
),

outages as (
    select
        bad_answers.event_id,
        case when sync_outages.failed_runs > 0 then 'failed_run' else 'silence' end as failure,
        sync_outages.integration,
        coalesce(sync_outages.first_failed_at, sync_outages.started_at) as failed_at,
        coalesce(sync_outages.first_failed_run_id, '') as run_id,
        cast(null as varchar) as error_class,
    from sync_outages
    inner join bad_answers
        on bad_answers.clock_at >= sync_outages.started_at
        and (sync_outages.ended_at is null or bad_answers.clock_at < sync_outages.ended_at)
    inner join site_keys on bad_answers.site = site_keys.site
    where
        sync_outages.site = bad_answers.site
        or (
            sync_outages.site is null
            and (sync_outages.method is null or sync_outages.method = site_keys.integration_method)
        )
    group by
        bad_answers.event_id,
        sync_outages.integration,
        sync_outages.failed_runs,
        sync_outages.first_failed_at,
        sync_outages.started_at,
        sync_outages.first_failed_run_id
),

failures as (
    select * from records
    union all
    select * from outages
),

final as (
    select
        failures.event_id,
        failures.failure,
        failures.integration,
        failures.failed_at,
        failures.run_id,
        failures.error_class,
        unsynced_events.worker_id,
        unsynced_events.event_type,
        unsynced_events.effective_at,
        unsynced_events.actions_missing,
        unsynced_events.actions_late,
        unsynced_events.hours_overdue,
    from failures
    inner join unsynced_events on failures.event_id = unsynced_events.event_id
)

select * from final
