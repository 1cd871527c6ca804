-- Grain:   one row per stretch between two runs that worked in which runs failed or an expected day passed without one
-- Key:     integration, started_at
-- Answers: when could nothing pass from HR to the LMS, and why?
-- Not for: single records (see sync_failures)
with

good_runs as (
    select
        integration,
        started_at,
        lead(started_at) over (
            partition by integration
            order by started_at, run_id
        ) as ended_at,
    from staged_sync_runs
    where
        status in ('ok', 'partial')
        and started_at <= (select as_of from run_parameters)
),

failed_runs as (
    select
        good_runs.integration,
        good_runs.started_at,
        count(*) as failed_runs,
        min(staged_sync_runs.run_id) as first_failed_run_id,
        min(staged_sync_runs.started_at) as first_failed_at,
    from good_runs
    inner join staged_sync_runs
        on good_runs.integration = staged_sync_runs.integration
        and staged_sync_runs.status = 'failed'
        and staged_sync_runs.started_at > good_runs.started_at
        and (good_runs.ended_at is null or staged_sync_runs.started_at < good_runs.ended_at)
    where staged_sync_runs.started_at <= (select as_of from run_parameters)
    group by good_runs.integration, good_runs.started_at
),

silent_days as (
    select
        sync_run_days.integration,
        sync_run_days.day,
        timezone('UTC', timezone(sync_integrations.timezone, cast(sync_run_days.day as timestamp))) as day_begins_at,
    from sync_run_days
    inner join sync_integrations on sync_run_days.integration = sync_integrations.integration
    where sync_run_days.is_silent
),

silences as (
    select
        good_runs.integration,
        good_runs.started_at,
        count(*) as silent_days,
        min(silent_days.day) as first_silent_day,
    from good_runs
    inner join silent_days
        on good_runs.integration = silent_days.integration
        and silent_days.day_begins_at >= good_runs.started_at
        and (good_runs.ended_at is null or silent_days.day_begins_at < good_runs.ended_at)
    group by good_runs.integration, good_runs.started_at
),

final as (
    select
        good_runs.integration,
        good_runs.started_at,
        good_runs.ended_at,
        sync_integrations.site,
        sync_integrations.method,
        coalesce(failed_runs.failed_runs, 0) as failed_runs,
        coalesce(silences.silent_days, 0) as silent_days,
        failed_runs.first_failed_run_id,
        failed_runs.first_failed_at,
        silences.first_silent_day,
    from good_runs
    inner join sync_integrations on good_runs.integration = sync_integrations.integration
    left join failed_runs
        on good_runs.integration = failed_runs.integration
        and good_runs.started_at = failed_runs.started_at
    left join silences
        on good_runs.integration = silences.integration
        and good_runs.started_at = silences.started_at
    where failed_runs.failed_runs is not null or silences.silent_days is not null
)

select * from final
