-- Grain:   one row per requirement, then one per credential whose record lacks a field
-- Answers: does each record hold what its rule says a record must hold, and which don't?
-- Not for: whether the training counts (a credential with a deficient record is trained all the same)
-- What a record must hold by its regulation is quoted; what makes one deficient is required_evidence of the policy.
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

record_rules as (
    select *
    from (
        values
            (
                '29 CFR 1910.119', '29 CFR 1910.119(g)(3)',
                'identity of the employee, date of training, means used to verify that it was understood',
                cast(null as varchar)
            ),
            ('29 CFR 1910.147', '29 CFR 1910.147(c)(7)(iv)', 'name of each employee, dates of training', null),
            (
                '29 CFR 1910.146', '29 CFR 1910.146(g)(4)',
                'name of each employee, signature or initials of the trainer, dates of training',
                'signature or initials of the trainer'
            ),
            (
                '29 CFR 1910.178', '29 CFR 1910.178(l)(6)',
                'name of the operator, date of training, date of evaluation, who trained or evaluated', null
            ),
            (
                '29 CFR 1910.1030', '29 CFR 1910.1030(h)(2)',
                'dates, contents or a summary, names and qualifications of the trainers, '
                    || 'names and job titles of those who attended',
                'contents or a summary, qualifications of the trainers'
            ),
            (
                '49 CFR 192', '49 CFR 192.807',
                'identity of the individual, covered tasks, dates of current qualification, methods', null
            ),
            (
                '49 CFR 172', '49 CFR 172.704(d)',
                'name, latest completion date, training materials, name and address of the trainer, '
                    || 'certification that the employee was trained and tested',
                'training materials, address of the trainer, certification'
            ),
            ('45 CFR 164', '45 CFR 164.530(j)', 'documentation that the training was provided', null)
    ) as record_rules (citation_start, record_citation, record_holds, held_elsewhere)
),

requirements as (
    select
        asked_requirements.requirement_id,
        asked_requirements.title,
        asked_requirements.citation,
        policy_requirements.required_evidence,
        max_by(record_rules.record_citation, length(record_rules.citation_start)) as record_citation,
        max_by(record_rules.record_holds, length(record_rules.citation_start)) as record_holds,
        max_by(record_rules.held_elsewhere, length(record_rules.citation_start)) as held_elsewhere,
    from asked_requirements
    inner join policy_requirements on asked_requirements.requirement_id = policy_requirements.requirement_id
    left join record_rules
        on starts_with(asked_requirements.citation, record_rules.citation_start)
        and not regexp_matches(
            substr(asked_requirements.citation, length(record_rules.citation_start) + 1, 1),
            '[0-9A-Za-z]'
        )
    group by
        asked_requirements.requirement_id,
        asked_requirements.title,
        asked_requirements.citation,
        policy_requirements.required_evidence
),

credentials as (
    select
        credential_periods.worker_id,
        credential_periods.requirement_id,
        credential_periods.site,
        credential_periods.completion_id,
        deficient_records.missing_fields,
    from credential_periods
    semi join scoped_workers on credential_periods.worker_id = scoped_workers.worker_id
    semi join requirements on credential_periods.requirement_id = requirements.requirement_id
    left join deficient_records
        on credential_periods.worker_id = deficient_records.worker_id
        and credential_periods.requirement_id = deficient_records.requirement_id
        and credential_periods.site is not distinct from deficient_records.site
        and credential_periods.completion_id = deficient_records.completion_id
    where credential_periods.valid_from <= cast($period_to as timestamp)
        and (
            credential_periods.valid_to is null
            or cast($period_from as timestamp) is null
            or credential_periods.valid_to > cast($period_from as timestamp)
        )
        and (
            cast($sites as varchar[]) is null
            or credential_periods.site is null
            or list_contains(cast($sites as varchar[]), credential_periods.site)
        )
),

counted as (
    select
        credentials.requirement_id,
        count(*) as records,
        count(*) filter (where credentials.missing_fields is null) as records_sufficient,
        count(*) filter (where credentials.missing_fields is not null) as records_deficient,
    from credentials
    group by credentials.requirement_id
),

rows as (
    select
        1 as part,
        'requirement' as what,
        requirements.requirement_id,
        requirements.title,
        requirements.citation,
        requirements.record_citation,
        requirements.record_holds,
        replace(requirements.required_evidence, ';', '; ') as required_fields,
        requirements.held_elsewhere,
        coalesce(counted.records, 0) as records,
        coalesce(counted.records_sufficient, 0) as records_sufficient,
        coalesce(counted.records_deficient, 0) as records_deficient,
        100.0 * counted.records_sufficient / nullif(counted.records, 0) as sufficient_pct,
        cast(null as varchar) as worker_id,
        cast(null as varchar) as full_name,
        cast(null as varchar) as completion_id,
        cast(null as varchar) as course_id,
        cast(null as timestamp) as completed_at,
        cast(null as varchar) as missing_fields,
        case
            when counted.records is null then 'no record'
            when counted.records_deficient > 0 then 'records deficient'
            else 'sufficient'
        end as finding,
    from requirements
    left join counted on requirements.requirement_id = counted.requirement_id
    union all
    select
        2 as part,
        'record' as what,
        credentials.requirement_id,
        requirements.title,
        requirements.citation,
        requirements.record_citation,
        null as record_holds,
        null as required_fields,
        null as held_elsewhere,
        null as records,
        null as records_sufficient,
        null as records_deficient,
        null as sufficient_pct,
        credentials.worker_id,
        staged_workers.full_name,
        credentials.completion_id,
        staged_lms_completions.course_id,
        staged_lms_completions.completed_at,
        replace(credentials.missing_fields, ';', '; ') as missing_fields,
        'completed, record deficient' as finding,
    from credentials
    inner join requirements on credentials.requirement_id = requirements.requirement_id
    left join staged_workers on credentials.worker_id = staged_workers.worker_id
    left join staged_lms_completions on credentials.completion_id = staged_lms_completions.completion_id
    where credentials.missing_fields is not null
),

final as (
    select
        rows.what,
        rows.requirement_id,
        rows.title,
        rows.citation,
        rows.record_citation,
        rows.record_holds,
        rows.required_fields,
        rows.held_elsewhere,
        rows.records,
        rows.records_sufficient,
        rows.records_deficient,
        rows.sufficient_pct,
        rows.worker_id,
        rows.full_name,
        rows.completion_id,
        rows.course_id,
        rows.completed_at,
        rows.missing_fields,
        rows.finding,
    from rows
    order by rows.part, rows.requirement_id, rows.worker_id, rows.completed_at, rows.completion_id
)

select * from final
