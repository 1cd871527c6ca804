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
        100.0 * sum(ok) / nullif(sum(runs), 0) as success_pct,
        cast(sum(silent_days) as bigint) as silent_days,
        cast(sum(format_mismatches + missing_job_codes) as bigint) as unmapped,
        100.0 * sum(format_mismatches + missing_job_codes) / nullif(sum(records_in), 0) as unmapped_pct,
    from integration_health
),

answers as (
    select
        100.0 * count(*) filter (where action = 'assign' and verdict in ('early', 'on_time'))
            / nullif(count(*) filter (where action = 'assign' and verdict <> 'pending'), 0) as assigned_pct,
        100.0 * count(*) filter (
            where action = 'assign' and event_type in ('role_change', 'transfer') and verdict in ('early', 'on_time')
        )
            / nullif(
                count(*) filter (
                    where action = 'assign' and event_type in ('role_change', 'transfer') and verdict <> 'pending'
                ),
                0
            ) as reassigned_pct,
        100.0 * count(*) filter (where action = 'deactivate_account' and is_answered and hours <= 24.0)
            / nullif(count(*) filter (where action = 'deactivate_account' and (is_answered or hours > 24.0)), 0)
            as closed_pct,
    from sync_durations
),

copies as (
    select 100.0 * count(*) filter (where status in ('same', 'late')) / nullif(count(*), 0) as copied_pct
    from writeback
    where status not in ('pending', 'missing_in_lms')
),

links as (
    select 100.0 * count(*) filter (where status = 'linked') / nullif(count(*), 0) as linked_pct
    from account_links
),

held_jobs as (
    select
        100.0 * count(distinct case when training_profile is not null then job_code end)
            / nullif(count(distinct job_code), 0) as profiled_pct,
    from role_states
    cross join run_parameters
    where
        role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= run_parameters.as_of
        and (role_states.valid_to is null or role_states.valid_to > run_parameters.as_of)
),

approvals as (
    select 100.0 * count(*) filter (where no_effect_because is null) / nullif(count(*), 0) as effective_pct
    from exception_effects
),

trails as (
    select 100.0 * count(trigger_event_ref) / nullif(count(*), 0) as traced_pct
    from staged_lms_assignments
    where origin = 'rule'
),

-- The number, from which value on it is green and amber, what it counts, and where its rows are.
measures as (
    select
        'bidirectional_flow' as criterion,
        copied_pct as number,
        99.0 as green_from,
        90.0 as amber_from,
        'of the completions of the LMS are in the HRIS' as counts,
        'select * from writeback where status <> ''same''' as rows_sql,
    from copies
    union all
    select 'mark_bidirectional', copied_pct, 99.0, 90.0, 'of the completions of the LMS are in the HRIS',
        'select * from writeback where status <> ''same'''
    from copies
    union all
    select 'role_assignment', assigned_pct, 95.0, 80.0, 'of the courses that HR events call for were assigned in time',
        'select * from sync_durations where action = ''assign'' and verdict in (''late'', ''missing'')'
    from answers
    union all
    select 'role_change_reenrolment', reassigned_pct, 95.0, 80.0,
        'of the courses that role changes and transfers call for were assigned in time',
        'select * from sync_durations where action = ''assign'' and event_type in (''role_change'', ''transfer'') and verdict in (''late'', ''missing'')'
    from answers
    union all
    select 'termination_24h', closed_pct, 99.0, 90.0, 'of the accounts of leavers were closed within 24 h',
        'select * from sync_durations where action = ''deactivate_account'' and hours > 24'
    from answers
    union all
    select 'audit_reporting', linked_pct, 99.0, 95.0, 'of the LMS accounts can be joined to a worker',
        'select * from account_links where status <> ''linked'''
    from links
    union all
    select 'mapping_flexibility', 100.0 - unmapped_pct, 99.5, 98.0, 'of the records passed without a format or job code error',
        'select * from sync_failures where error_class in (''format_mismatch'', ''missing_job_code'')'
    from log
    union all
    select 'mark_role_profiles', profiled_pct, 100.0, 95.0, 'of the job codes held have a training profile',
        'select distinct job_code from role_states where training_profile is null'
    from held_jobs
    union all
    select 'mark_exceptions', effective_pct, 100.0, 90.0, 'of the exceptions are complete and approved by somebody else',
        'select * from exception_effects where no_effect_because is not null'
    from approvals
    union all
    select 'mark_audit_trail', traced_pct, 95.0, 50.0, 'of the assignments made by rule name the event that triggered them',
        'select * from staged_lms_assignments where origin = ''rule'' and trigger_event_ref is null'
    from trails
    union all
    select 'mark_monitored', success_pct, 99.0, 95.0, 'of the runs in the log went without a fault',
        'select * from integration_health'
    from log
),

judge_measures as (
    select
        criterion,
        number,
        rows_sql,
        case when number >= green_from then 'green' when number >= amber_from then 'amber' else 'red' end as status,
        format('{:.1f} % {} (green from {:g} %)', number, counts, green_from) as reason,
    from measures
    where number is not null
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
    from usual_gaps
    cross join log
    having max(usual_gaps.usual_hours) is not null
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
        attestations.name as attested_by,
        attestations.attested_on,
    from criteria
    left join judge_measures on criteria.criterion = judge_measures.criterion
    left join rank_attestations as attestations
        on criteria.criterion = attestations.criterion and attestations.newest_rank = 1
)

select * from final
