-- Grain:   one row per record that the integration failed on
-- Key:     load_id, row_number
-- Answers: what kind of failure was it, of which integration, on which worker and job?
-- Not for: runs that failed as a whole (see sync_outages)
with

classify as (
    select
        staged_sync_errors.load_id,
        staged_sync_errors.row_number,
        staged_sync_errors.run_id,
        staged_sync_errors.occurred_at,
        staged_sync_errors.worker_ref,
        staged_sync_errors.error_type,
        staged_sync_errors.message,
        lower(coalesce(staged_sync_errors.error_type, '')) as kind,
        lower(coalesce(staged_sync_errors.message, '')) as words,
    from staged_sync_errors
    where staged_sync_errors.occurred_at <= (select as_of from run_parameters)
),

-- The type decides; only where it says nothing does the message. The order is that of the classes below.
name_classes as (
    select
        *,
        case
            when regexp_matches(kind, 'auth|credential|401|403|forbidden|unauthori') then 'authentication'
            when regexp_matches(kind, 'time.?out|timed.?out|504|408') then 'timeout'
            when regexp_matches(kind, 'job|profile.?map|mapping') then 'missing_job_code'
            when regexp_matches(kind, 'format|schema|parse|invalid|mismatch|validation') then 'format_mismatch'
            when regexp_matches(words, 'unauthori|forbidden|credential|sign.?in|\b401\b|\b403\b|token (has )?expired') then 'authentication'
            when regexp_matches(words, 'time.?out|timed.?out|no answer|\b504\b|\b408\b') then 'timeout'
            when regexp_matches(words, 'job.?code|no (learning |training )?profile') then 'missing_job_code'
            when regexp_matches(words, 'format|schema|cannot parse|not valid|invalid') then 'format_mismatch'
            else 'other'
        end as error_class,
    from classify
),

-- A change is sent up to a month ahead: the job is that of the latest role which starts by then, of those that start on a
-- date the message names (local to the site) if there is one.
jobs_meant as (
    select
        name_classes.load_id,
        name_classes.row_number,
        arg_max(
            role_states.job_code,
            (
                regexp_matches(
                    coalesce(name_classes.message, ''),
                    cast(
                        cast(
                            timezone(
                                coalesce(site_keys.timezone, (select organisation_timezone from run_parameters)),
                                timezone('UTC', role_states.valid_from)
                            ) as date
                        ) as varchar
                    )
                ),
                role_states.valid_from,
                role_states.assignment_key
            )
        ) as job_code,
    from name_classes
    inner join role_states on name_classes.worker_ref = role_states.worker_id
    left join site_keys on role_states.site = site_keys.site
    where role_states.valid_from <= name_classes.occurred_at + interval '30' day
    group by name_classes.load_id, name_classes.row_number
),

final as (
    select
        name_classes.load_id,
        name_classes.row_number,
        name_classes.run_id,
        staged_sync_runs.integration,
        sync_integrations.site,
        name_classes.occurred_at,
        name_classes.error_type,
        name_classes.error_class,
        name_classes.message,
        name_classes.worker_ref,
        worker_keys.worker_id,
        jobs_meant.job_code,
    from name_classes
    left join staged_sync_runs on name_classes.run_id = staged_sync_runs.run_id
    left join sync_integrations on staged_sync_runs.integration = sync_integrations.integration
    left join worker_keys on name_classes.worker_ref = worker_keys.worker_id
    left join jobs_meant
        on name_classes.load_id = jobs_meant.load_id
        and name_classes.row_number = jobs_meant.row_number
)

select * from final
