-- Grain:   one row per integration, over the thirty days before as_of
-- Answers: how often did the integration between HRIS and LMS run, and how often did it fail?
-- Not for: single runs
with errors as (
    select
        staged_sync_runs.integration,
        count(*) as errors,
        mode(staged_sync_errors.error_type order by staged_sync_errors.error_type) as commonest_error
    from staged_sync_errors
    inner join staged_sync_runs on staged_sync_runs.run_id = staged_sync_errors.run_id
    cross join run_parameters
    where
        staged_sync_errors.occurred_at <= run_parameters.as_of
        and staged_sync_errors.occurred_at > run_parameters.as_of - interval '30' day
    group by staged_sync_runs.integration
),

final as (
    select
        staged_sync_runs.integration,
        min(staged_sync_runs.method) as method,
        count(*) as runs,
        count(*) filter (where staged_sync_runs.status = 'ok') as ok,
        count(*) filter (where staged_sync_runs.status = 'partial') as partly,
        count(*) filter (where staged_sync_runs.status = 'failed') as failed,
        max(staged_sync_runs.started_at) filter (where staged_sync_runs.status = 'ok') as last_ok_at,
        cast(sum(staged_sync_runs.records_in) as bigint) as records_in,
        cast(sum(staged_sync_runs.records_failed) as bigint) as records_failed,
        max(errors.errors) as errors,
        max(errors.commonest_error) as commonest_error
    from staged_sync_runs
    cross join run_parameters
    left join errors on errors.integration = staged_sync_runs.integration
    where
        staged_sync_runs.started_at <= run_parameters.as_of
        and staged_sync_runs.started_at > run_parameters.as_of - interval '30' day
    group by staged_sync_runs.integration
)

select * from final
order by failed desc, integration
