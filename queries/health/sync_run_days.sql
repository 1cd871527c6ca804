-- Grain:   one row per integration and whole day since its first run on which it ran or should have
-- Key:     integration, day
-- Answers: on which days did the integration run, how did it go, on which was it silent, and on which is that not known?
-- Not for: the running day (it may still come); a single run missing among several of a day
with

-- What ran after the newest load of the log is not known: a day without a run is silent only before it.
newest_loads as (
    select source, max(loaded_at) as newest_loaded_at
    from known_loads
    where feed = 'sync_runs' and not coalesce(is_retake, false)
    group by source
),

log_end as (
    select coalesce(min(newest_loaded_at), (select as_of from run_parameters)) as known_until
    from newest_loads
),

whole_days as (
    select
        sync_integrations.integration,
        sync_integrations.site,
        sync_integrations.method,
        cast(timezone(sync_integrations.timezone, timezone('UTC', sync_integrations.first_run_at)) as date) as first_day,
        cast(timezone(sync_integrations.timezone, timezone('UTC', run_parameters.as_of)) as date) as running_day,
        cast(
            timezone(sync_integrations.timezone, timezone('UTC', least(log_end.known_until, run_parameters.as_of))) as date
        ) as first_unknown_day,
    from sync_integrations
    cross join run_parameters
    cross join log_end
),

days as (
    select
        integration,
        site,
        method,
        cast(unnest(generate_series(cast(first_day as timestamp), cast(running_day as timestamp), interval '1' day)) as date)
            as day,
        running_day,
        first_unknown_day,
    from whole_days
),

count_runs as (
    select
        staged_sync_runs.integration,
        cast(timezone(sync_integrations.timezone, timezone('UTC', staged_sync_runs.started_at)) as date) as day,
        count(*) as runs,
        count(*) filter (where staged_sync_runs.status = 'ok') as ok,
        count(*) filter (where staged_sync_runs.status = 'partial') as partly,
        count(*) filter (where staged_sync_runs.status = 'failed') as failed,
        cast(sum(staged_sync_runs.records_in) as bigint) as records_in,
        cast(sum(staged_sync_runs.records_failed) as bigint) as records_failed,
    from staged_sync_runs
    inner join sync_integrations on staged_sync_runs.integration = sync_integrations.integration
    where staged_sync_runs.started_at <= (select as_of from run_parameters)
    group by
        staged_sync_runs.integration,
        cast(timezone(sync_integrations.timezone, timezone('UTC', staged_sync_runs.started_at)) as date)
),

-- A run is expected on a day of the week on which there has been one more often than not.
join_runs as (
    select
        days.integration,
        days.site,
        days.method,
        days.day,
        days.day < days.first_unknown_day as is_in_log,
        count_runs.runs,
        count_runs.ok,
        count_runs.partly,
        count_runs.failed,
        count_runs.records_in,
        count_runs.records_failed,
        100.0 * count(case when days.day < days.first_unknown_day then count_runs.runs end) over of_weekday
            / nullif(count(case when days.day < days.first_unknown_day then 1 end) over of_weekday, 0) as weekday_run_pct,
    from days
    left join count_runs on days.integration = count_runs.integration and days.day = count_runs.day
    where days.day < days.running_day
    window of_weekday as (
        partition by days.integration, isodow(days.day)
    )
),

final as (
    select
        integration,
        day,
        site,
        method,
        coalesce(weekday_run_pct > 50.0, false) as is_expected,
        coalesce(weekday_run_pct > 50.0, false) and runs is null and is_in_log as is_silent,
        is_in_log or runs is not null as is_evaluable,
        coalesce(runs, 0) as runs,
        coalesce(ok, 0) as ok,
        coalesce(partly, 0) as partly,
        coalesce(failed, 0) as failed,
        coalesce(records_in, 0) as records_in,
        coalesce(records_failed, 0) as records_failed,
    from join_runs
    where weekday_run_pct > 50.0 or runs is not null
)

select * from final
