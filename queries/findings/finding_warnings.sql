-- Grain:   one row per finding and failed check on whose offending rows it rests, and per failed check that concerns
--          every finding of a kind (finding_id NULL)
-- Key:     finding, finding_id, check_id, feed
-- Answers: with which warnings must a gap, an unsynced event, a stale account or an obligation be read?
-- Not for: findings that no check speaks about; checks that no finding rests on (see check_results)
with

-- What each kind of finding is worked out from.
rests_on as (
    select *
    from (
        values
            ('gap', 'workers'), ('gap', 'role_history'), ('gap', 'sites'), ('gap', 'jobs'), ('gap', 'policy'),
            ('gap', 'lms_accounts'), ('gap', 'lms_assignments'), ('gap', 'lms_completions'),
            ('obligation', 'workers'), ('obligation', 'role_history'), ('obligation', 'sites'), ('obligation', 'jobs'),
            ('obligation', 'policy'), ('obligation', 'lms_accounts'), ('obligation', 'lms_completions'),
            ('event', 'workers'), ('event', 'role_history'), ('event', 'sites'), ('event', 'jobs'), ('event', 'policy'),
            ('event', 'lms_accounts'), ('event', 'lms_assignments'), ('event', 'lms_completions'), ('event', 'sync_runs'),
            ('account', 'workers'), ('account', 'role_history'), ('account', 'sites'), ('account', 'lms_accounts'),
            ('account', 'lms_logins'), ('account', 'lms_assignments')
    ) as rests_on (finding, feed)
),

-- Of a site or a job: by the role that brings the finding.
subjects as (
    select check_subjects.*
    from check_subjects
    inner join failed_checks
        on check_subjects.check_id = failed_checks.check_id
        and check_subjects.feed = failed_checks.feed
    where not failed_checks.is_general and check_subjects.subject in ('site', 'job', 'requirement')
),

unsynced_answers as (
    select distinct event_id, worker_key, requirement_id
    from event_responses
    where verdict in ('late', 'missing')
),

roles as (
    select subjects.*, role_intervals.role_key
    from subjects
    inner join role_intervals on subjects.subject_id = role_intervals.site
    where subjects.subject = 'site'
    union all
    select subjects.*, role_intervals.role_key
    from subjects
    inner join role_intervals on subjects.subject_id = role_intervals.job_code
    where subjects.subject = 'job'
),

required_by_role as (
    select distinct
        roles.check_id,
        roles.feed,
        roles.subject,
        roles.subject_id,
        roles.rows_failed,
        requiring_stretches.worker_key,
        requiring_stretches.requirement_key,
        requiring_stretches.site_key,
    from roles
    inner join requiring_stretches on roles.role_key = requiring_stretches.role_key
    where requiring_stretches.valid_from <= (select as_of from run_parameters)
),

touched_obligations as (
    select check_id, feed, subject, subject_id, rows_failed, worker_key, requirement_key, site_key
    from required_by_role
    union all
    select distinct
        touched_workers.check_id,
        touched_workers.feed,
        touched_workers.subject,
        touched_workers.subject_id,
        touched_workers.rows_failed,
        periods_begun.worker_key,
        periods_begun.requirement_key,
        periods_begun.site_key,
    from touched_workers
    inner join periods_begun on touched_workers.worker_key = periods_begun.worker_key
    inner join requirement_keys on periods_begun.requirement_key = requirement_keys.requirement_key
    where touched_workers.requirement_id is null or touched_workers.requirement_id = requirement_keys.requirement_id
    union all
    select distinct
        subjects.check_id,
        subjects.feed,
        subjects.subject,
        subjects.subject_id,
        subjects.rows_failed,
        periods_begun.worker_key,
        periods_begun.requirement_key,
        periods_begun.site_key,
    from subjects
    inner join requirement_keys on subjects.subject_id = requirement_keys.requirement_id
    inner join periods_begun on requirement_keys.requirement_key = periods_begun.requirement_key
    where subjects.subject = 'requirement'
),

touched_findings as (
    select 'gap' as finding, gaps.gap_id as finding_id, check_id, feed, subject, subject_id, rows_failed
    from touched_workers
    inner join gaps on touched_workers.worker_key = gaps.worker_key
    where touched_workers.requirement_id is null or touched_workers.requirement_id = gaps.requirement_id
    union all
    select 'gap' as finding, gaps.gap_id as finding_id, check_id, feed, subject, subject_id, rows_failed
    from subjects
    inner join gaps on subjects.subject_id = gaps.role_site
    where subjects.subject = 'site'
    union all
    select 'gap' as finding, gaps.gap_id as finding_id, check_id, feed, subject, subject_id, rows_failed
    from subjects
    inner join gaps on subjects.subject_id = gaps.job_code
    where subjects.subject = 'job'
    union all
    select 'gap' as finding, gaps.gap_id as finding_id, check_id, feed, subject, subject_id, rows_failed
    from subjects
    inner join gaps on subjects.subject_id = gaps.requirement_id
    where subjects.subject = 'requirement'
    union all
    select
        'obligation' as finding,
        concat_ws('/', worker_keys.worker_id, requirement_keys.requirement_id, coalesce(site_keys.site, '')) as finding_id,
        check_id,
        feed,
        subject,
        subject_id,
        rows_failed,
    from touched_obligations
    inner join worker_keys on touched_obligations.worker_key = worker_keys.worker_key
    inner join requirement_keys on touched_obligations.requirement_key = requirement_keys.requirement_key
    left join site_keys on touched_obligations.site_key = site_keys.site_key
    union all
    select distinct 'event' as finding, event_id as finding_id, check_id, feed, subject, subject_id, rows_failed
    from touched_workers
    inner join unsynced_answers on touched_workers.worker_key = unsynced_answers.worker_key
    where touched_workers.requirement_id is null or touched_workers.requirement_id = unsynced_answers.requirement_id
    union all
    select distinct 'event' as finding, event_id as finding_id, check_id, feed, subject, subject_id, rows_failed
    from subjects
    inner join unsynced_answers on subjects.subject_id = unsynced_answers.requirement_id
    where subjects.subject = 'requirement'
    union all
    select 'event' as finding, hr_events.event_id as finding_id, check_id, feed, subject, subject_id, rows_failed
    from subjects
    inner join hr_events on subjects.subject_id = coalesce(hr_events.site, hr_events.previous_site)
    semi join unsynced_events on hr_events.event_id = unsynced_events.event_id
    where subjects.subject = 'site'
    union all
    select 'event' as finding, hr_events.event_id as finding_id, check_id, feed, subject, subject_id, rows_failed
    from subjects
    inner join hr_events on subjects.subject_id = coalesce(hr_events.job_code, hr_events.previous_job_code)
    semi join unsynced_events on hr_events.event_id = unsynced_events.event_id
    where subjects.subject = 'job'
    union all
    select distinct 'account' as finding, stale_accounts.account_id as finding_id, check_id, feed, subject, subject_id, rows_failed
    from touched_workers
    inner join stale_accounts on touched_workers.account_id = stale_accounts.account_id
    where touched_workers.requirement_id is null and touched_workers.subject = 'account'
    union all
    select distinct 'account' as finding, stale_accounts.account_id as finding_id, check_id, feed, subject, subject_id, rows_failed
    from touched_workers
    inner join worker_keys on touched_workers.worker_key = worker_keys.worker_key
    inner join stale_accounts on worker_keys.worker_id = stale_accounts.worker_id
    where touched_workers.requirement_id is null and touched_workers.subject = 'worker'
    union all
    select distinct 'account' as finding, stale_accounts.account_id as finding_id, check_id, feed, subject, subject_id, rows_failed
    from subjects
    inner join hr_events on subjects.subject_id = hr_events.previous_site and hr_events.is_end
    inner join stale_accounts
        on hr_events.worker_id = stale_accounts.worker_id
        and hr_events.effective_at = stale_accounts.ended_at
    where subjects.subject = 'site'
),

sum_touches as (
    select
        finding,
        finding_id,
        check_id,
        feed,
        sum(rows_failed) as rows_failed,
        min(case subject when 'completion_site' then 'site' when 'job' then 'job code' else subject end) as subject_word,
        min(subject_id) as first_subject_id,
        count(distinct subject_id) as subjects,
    from touched_findings
    group by finding, finding_id, check_id, feed
),

final as (
    select
        sum_touches.finding,
        sum_touches.finding_id,
        failed_checks.check_id,
        failed_checks.feed,
        failed_checks.severity,
        cast(sum_touches.rows_failed as bigint) as rows_failed,
        concat(
            failed_checks.words,
            ': not so for ',
            sum_touches.subject_word,
            ' ',
            sum_touches.first_subject_id,
            case
                when sum_touches.subjects > 1 then concat(' and ', cast(sum_touches.subjects - 1 as varchar), ' more')
                else ''
            end
        ) as words,
        failed_checks.what_to_do,
    from sum_touches
    inner join failed_checks
        on sum_touches.check_id = failed_checks.check_id
        and sum_touches.feed = failed_checks.feed
    union all
    select
        rests_on.finding,
        cast(null as varchar) as finding_id,
        failed_checks.check_id,
        failed_checks.feed,
        failed_checks.severity,
        failed_checks.rows_failed,
        case
            when failed_checks.status = 'error' or failed_checks.rows_failed = 0 then failed_checks.words
            else concat(
                failed_checks.words,
                ': not so in ',
                cast(failed_checks.rows_failed as varchar),
                case when failed_checks.rows_failed = 1 then ' row of ' else ' rows of ' end,
                failed_checks.feed
            )
        end as words,
        failed_checks.what_to_do,
    from failed_checks
    inner join rests_on on failed_checks.feed = rests_on.feed
    where failed_checks.is_general
)

select * from final
