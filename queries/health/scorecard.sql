-- Grain:   one row per evaluation criterion (ten) and mark of a good integration (five)
-- Key:     criterion
-- Answers: how good is the integration by each measure, on which number or whose word, and where are the rows?
-- Not for: single sites and methods (see method_fitness)
with

criteria as (
    select *
    from (
        values
            (1, 'api_documentation', 'criterion', 'API documentation'),
            (2, 'sso', 'criterion', 'Single sign-on by standard'),
            (3, 'sync_frequency', 'criterion', 'Synchronised at least daily'),
            (4, 'bidirectional_flow', 'criterion', 'Data flow in both directions'),
            (5, 'role_assignment', 'criterion', 'Courses assigned by role, by themselves'),
            (6, 'termination_24h', 'criterion', 'Access ends within 24 h of termination'),
            (7, 'audit_reporting', 'criterion', 'Reports that join role and completion'),
            (8, 'mapping_flexibility', 'criterion', 'Fields and job codes mapped'),
            (9, 'role_change_reenrolment', 'criterion', 'Enrolled anew on a role change'),
            (10, 'vendor_support', 'criterion', 'Support with an escalation path'),
            (11, 'mark_bidirectional', 'mark', 'Completions come back to the HRIS'),
            (12, 'mark_role_profiles', 'mark', 'Every job code has its profile'),
            (13, 'mark_exceptions', 'mark', 'Exceptions for single people, approved'),
            (14, 'mark_audit_trail', 'mark', 'Each assignment names its trigger'),
            (15, 'mark_monitored', 'mark', 'Runs are watched')
    ) as criteria (place, criterion, kind, title)
),

run_gaps as (
    select
        integration,
        (epoch_us(lead(started_at) over (partition by integration order by started_at, run_id)) - epoch_us(started_at))
            / 3600000000.0 as gap_hours,
    from staged_sync_runs
    where started_at <= (select as_of from run_parameters)
),

usual_gaps as (
    select integration, median(gap_hours) as usual_hours
    from run_gaps
    group by integration
),

log as (
    select
        count(*) as integrations,
        cast(sum(runs) as bigint) as runs,
        cast(sum(ok) as bigint) as ok,
        cast(sum(silent_days) as bigint) as silent_days,
        cast(sum(records_in) as bigint) as records,
        cast(sum(records_in - format_mismatches - missing_job_codes) as bigint) as mapped,
    from integration_health
),

answers as (
    select
        count(*) filter (where action = 'assign' and verdict <> 'pending') as assigns,
        count(*) filter (where action = 'assign' and verdict in ('early', 'on_time')) as assigned,
        count(*) filter (
            where action = 'assign' and event_type in ('role_change', 'transfer') and verdict <> 'pending'
        ) as reassigns,
        count(*) filter (
            where action = 'assign' and event_type in ('role_change', 'transfer') and verdict in ('early', 'on_time')
        ) as reassigned,
        count(*) filter (where action = 'deactivate_account' and (is_answered or hours > 24.0)) as closings,
        count(*) filter (where action = 'deactivate_account' and is_answered and hours <= 24.0) as closed,
    from sync_durations
),

copies as (
    select
        count(*) as completions,
        count(*) filter (where status in ('same', 'late')) as copied,
    from writeback
    where status not in ('pending', 'not_evaluable', 'missing_in_lms')
),

links as (
    select
        count(*) as accounts,
        count(*) filter (where status = 'linked') as linked,
    from account_links
),

held_jobs as (
    select
        count(distinct role_states.job_code) as jobs,
        count(distinct case when role_states.training_profile is not null then role_states.job_code end) as profiled,
    from role_states
    cross join run_parameters
    where
        role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= run_parameters.as_of
        and (role_states.valid_to is null or role_states.valid_to > run_parameters.as_of)
),

approvals as (
    select
        count(*) as exceptions,
        count(*) filter (where no_effect_because is null) as effective,
    from exception_effects
),

trails as (
    select
        count(*) as assignments,
        count(trigger_event_ref) as traced,
    from staged_lms_assignments
    where origin = 'rule'
),

-- How many were counted and how many of them were good, from which share on it is green and amber, what is counted, and
-- the rows that were counted and not good.
measures as (
    select
        'bidirectional_flow' as criterion,
        completions as counted,
        copied as good,
        99.0 as green_from,
        90.0 as amber_from,
        'completions of the LMS are in the HRIS' as counts,
        'select * from writeback where status not in (''same'', ''late'', ''pending'', ''not_evaluable'', ''missing_in_lms'')' as rows_sql,
    from copies
    union all
    select 'mark_bidirectional', completions, copied, 99.0, 90.0, 'completions of the LMS are in the HRIS',
        'select * from writeback where status not in (''same'', ''late'', ''pending'', ''not_evaluable'', ''missing_in_lms'')'
    from copies
    union all
    select 'role_assignment', assigns, assigned, 95.0, 80.0, 'courses that HR events call for were assigned in time',
        'select * from sync_durations where action = ''assign'' and verdict in (''late'', ''missing'')'
    from answers
    union all
    select 'role_change_reenrolment', reassigns, reassigned, 95.0, 80.0,
        'courses that role changes and transfers call for were assigned in time',
        'select * from sync_durations where action = ''assign'' and event_type in (''role_change'', ''transfer'') and verdict in (''late'', ''missing'')'
    from answers
    union all
    select 'termination_24h', closings, closed, 99.0, 90.0, 'accounts of leavers were closed within 24 h',
        'select * from sync_durations where action = ''deactivate_account'' and hours > 24'
    from answers
    union all
    select 'audit_reporting', accounts, linked, 99.0, 95.0, 'LMS accounts can be joined to a worker',
        'select * from account_links where status <> ''linked'''
    from links
    union all
    select 'mapping_flexibility', records, mapped, 99.5, 98.0, 'records passed without a format or job code error',
        'select * from sync_failures where error_class in (''format_mismatch'', ''missing_job_code'') and integration is not null'
    from log
    union all
    select 'mark_role_profiles', jobs, profiled, 100.0, 95.0, 'job codes held have a training profile',
        'select distinct role_states.job_code from role_states cross join run_parameters where role_states.training_profile is null and role_states.job_code is not null and role_states.status in (''active'', ''leave'', ''suspended'') and role_states.valid_from <= run_parameters.as_of and (role_states.valid_to is null or role_states.valid_to > run_parameters.as_of)'
    from held_jobs
    union all
    select 'mark_exceptions', exceptions, effective, 100.0, 90.0, 'exceptions are complete and approved by somebody else',
        'select * from exception_effects where no_effect_because is not null'
    from approvals
    union all
    select 'mark_audit_trail', assignments, traced, 95.0, 50.0, 'assignments made by rule name the event that triggered them',
        'select * from staged_lms_assignments where origin = ''rule'' and trigger_event_ref is null'
    from trails
    union all
    select 'mark_monitored', runs, ok, 99.0, 95.0, 'runs in the log went without a fault',
        'select staged_sync_runs.* from staged_sync_runs cross join run_parameters where staged_sync_runs.status <> ''ok'' and staged_sync_runs.started_at <= run_parameters.as_of'
    from log
),

share_measures as (
    select *, 100.0 * good / counted as number
    from measures
    where counted > 0
),

judge_measures as (
    select
        criterion,
        number,
        rows_sql,
        case when number >= green_from then 'green' when number >= amber_from then 'amber' else 'red' end as status,
        format('{:.1f} % ({} of {}) {} (green from {:g} %)', number, good, counted, counts, green_from) as reason,
        counted - good as shown_rows,
    from share_measures
    union all
    select
        'sync_frequency' as criterion,
        max(usual_gaps.usual_hours) as number,
        'select * from sync_run_days where is_silent' as rows_sql,
        case
            when max(usual_gaps.usual_hours) > 25.0 then 'red'
            when max(log.silent_days) > 0 then 'amber'
            else 'green'
        end as status,
        format(
            'the slowest integration usually runs every {:.1f} h; {} expected days passed without a run',
            max(usual_gaps.usual_hours), max(log.silent_days)
        ) as reason,
        max(log.silent_days) as shown_rows,
    from usual_gaps
    cross join log
    having max(usual_gaps.usual_hours) is not null
),

-- What each measure is taken from; nobody can judge by a source that stopped.
rests_on as (
    select *
    from (
        values
            ('sync_frequency', 'sync_runs'), ('mark_monitored', 'sync_runs'),
            ('mapping_flexibility', 'sync_runs'), ('mapping_flexibility', 'sync_errors'),
            ('bidirectional_flow', 'lms_completions'), ('bidirectional_flow', 'hris_training_records'),
            ('mark_bidirectional', 'lms_completions'), ('mark_bidirectional', 'hris_training_records'),
            ('role_assignment', 'role_history'), ('role_assignment', 'lms_assignments'),
            ('role_change_reenrolment', 'role_history'), ('role_change_reenrolment', 'lms_assignments'),
            ('termination_24h', 'role_history'), ('termination_24h', 'lms_accounts'),
            ('audit_reporting', 'workers'), ('audit_reporting', 'lms_accounts'),
            ('mark_role_profiles', 'role_history'), ('mark_role_profiles', 'jobs'),
            ('mark_audit_trail', 'lms_assignments')
    ) as rests_on (criterion, feed)
),

stops as (
    select rests_on.criterion, string_agg(stopped_sources.says, '; ' order by stopped_sources.source) as because
    from rests_on
    inner join stopped_sources on rests_on.feed = stopped_sources.feed
    group by rests_on.criterion
),

rank_attestations as (
    select
        criterion,
        answer,
        name,
        date as attested_on,
        note,
        row_number() over (partition by criterion order by date desc, file_name, row_number desc) as newest_rank,
    from policy_attestations
    where date <= (select as_of from run_parameters)
),

final as (
    select
        criteria.place,
        criteria.criterion,
        criteria.kind,
        criteria.title,
        case
            when judge_measures.criterion is not null and stops.criterion is not null then 'unknown'
            when judge_measures.criterion is not null then judge_measures.status
            when attestations.answer = 'yes' then 'green'
            when attestations.answer = 'partly' then 'amber'
            when attestations.answer = 'no' then 'red'
            else 'unknown'
        end as status,
        case
            when judge_measures.criterion is not null then 'measured'
            when attestations.criterion is not null then 'attested'
            else 'unknown'
        end as basis,
        judge_measures.number,
        case
            when judge_measures.criterion is not null and stops.criterion is not null
            then format('not evaluable: {}; by what is known: {}', stops.because, judge_measures.reason)
            when judge_measures.criterion is not null then judge_measures.reason
            when attestations.criterion is not null
            then concat_ws(
                ': ',
                format('{}, {} on {}', attestations.answer, attestations.name, strftime(attestations.attested_on, '%Y-%m-%d')),
                attestations.note
            )
            else 'no data can tell, and nobody has attested it: add a row to attestations.csv'
        end as reason,
        case
            when judge_measures.criterion is not null then judge_measures.rows_sql
            when attestations.criterion is not null
            then format('select * from policy_attestations where criterion = ''{}''', criteria.criterion)
        end as rows_sql,
        judge_measures.shown_rows,
        attestations.name as attested_by,
        attestations.attested_on,
    from criteria
    left join judge_measures on criteria.criterion = judge_measures.criterion
    left join stops on criteria.criterion = stops.criterion
    left join rank_attestations as attestations
        on criteria.criterion = attestations.criterion and attestations.newest_rank = 1
)

select * from final
