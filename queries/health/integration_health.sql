-- Grain:   one row per integration in the run log
-- Key:     integration
-- Answers: how often does it run well, how long does it take, what fails, when was it silent, and what did that cost?
-- Not for: single runs and records (see sync_run_days, sync_failures)
with

runs as (
    select
        integration,
        count(*) as runs,
        count(*) filter (where status = 'ok') as ok,
        count(*) filter (where status = 'partial') as partly,
        count(*) filter (where status = 'failed') as failed,
        100.0 * count(*) filter (where status = 'ok') / count(*) as success_pct,
        quantile_cont((epoch_us(finished_at) - epoch_us(started_at)) / 60000000.0, 0.5) as median_minutes,
        quantile_cont((epoch_us(finished_at) - epoch_us(started_at)) / 60000000.0, 0.9) as p90_minutes,
        max((epoch_us(finished_at) - epoch_us(started_at)) / 60000000.0) as longest_minutes,
        count(*) filter (where finished_at is null) as never_finished,
        max(started_at) filter (where status = 'ok') as last_ok_at,
        cast(sum(records_in) as bigint) as records_in,
        cast(sum(records_failed) as bigint) as records_failed,
    from staged_sync_runs
    where started_at <= (select as_of from run_parameters)
    group by integration
),

days as (
    select
        integration,
        count(*) filter (where is_expected and is_evaluable) as expected_days,
        count(*) filter (where is_expected and not is_evaluable) as not_evaluable_days,
        count(*) filter (where is_silent) as silent_days,
        max(case when is_silent then day end) as last_silent_day,
    from sync_run_days
    group by integration
),

errors as (
    select
        integration,
        count(*) as errors,
        count(*) filter (where error_class = 'timeout') as timeouts,
        count(*) filter (where error_class = 'format_mismatch') as format_mismatches,
        count(*) filter (where error_class = 'missing_job_code') as missing_job_codes,
        count(*) filter (where error_class = 'authentication') as authentication_errors,
        count(*) filter (where error_class = 'other') as other_errors,
    from sync_failures
    group by integration
),

swallowed as (
    select integration, count(distinct event_id) as swallowed_events
    from swallowed_events
    group by integration
),

final as (
    select
        runs.integration,
        sync_integrations.method,
        sync_integrations.site,
        sync_integrations.first_run_at,
        runs.last_ok_at,
        runs.runs,
        runs.ok,
        runs.partly,
        runs.failed,
        runs.success_pct,
        runs.median_minutes,
        runs.p90_minutes,
        runs.longest_minutes,
        runs.never_finished,
        runs.records_in,
        runs.records_failed,
        100.0 * runs.records_failed / nullif(runs.records_in, 0) as records_failed_pct,
        coalesce(days.expected_days, 0) as expected_days,
        coalesce(days.silent_days, 0) as silent_days,
        days.last_silent_day,
        coalesce(days.not_evaluable_days, 0) as not_evaluable_days,
        coalesce(errors.errors, 0) as errors,
        coalesce(errors.timeouts, 0) as timeouts,
        coalesce(errors.format_mismatches, 0) as format_mismatches,
        coalesce(errors.missing_job_codes, 0) as missing_job_codes,
        coalesce(errors.authentication_errors, 0) as authentication_errors,
        coalesce(errors.other_errors, 0) as other_errors,
        coalesce(swallowed.swallowed_events, 0) as swallowed_events,
    from runs
    inner join sync_integrations on runs.integration = sync_integrations.integration
    left join days on runs.integration = days.integration
    left join errors on runs.integration = errors.integration
    left join swallowed on runs.integration = swallowed.integration
)

select * from final
