-- Grain:   one row per credential's record, per record that vanished and requirement, per duty a leaver left incomplete
-- Answers: what must be kept, till when and by which rule, what vanished too early, what may go, what HR must close out?
-- Not for: records that earned no credit (no requirement claims them)
-- A period is that of the requirement, counted from what its retention_basis names. Where the policy states none, none
-- is invented. A record that serves several requirements may go only when each of them lets it go.
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

retained as (
    select
        policy_requirements.requirement_id,
        asked_requirements.title,
        coalesce(policy_requirements.retention_basis, 'none_stated') as retention_basis,
        policy_requirements.retention_years,
        to_months(cast(round(coalesce(policy_requirements.retention_years, 0) * 12) as integer)) as retention_period,
    from policy_requirements
    inner join asked_requirements on policy_requirements.requirement_id = asked_requirements.requirement_id
),

persons as (
    select
        scoped_workers.worker_id,
        coalesce(staged_workers.person_id, scoped_workers.worker_id) as person_id,
    from scoped_workers
    left join staged_workers on scoped_workers.worker_id = staged_workers.worker_id
),

employed_persons as (
    select distinct coalesce(staged_workers.person_id, role_states.worker_id) as person_id
    from role_states
    left join staged_workers on role_states.worker_id = staged_workers.worker_id
    where role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= cast($period_to as timestamp)
        and (role_states.valid_to is null or role_states.valid_to > cast($period_to as timestamp))
),

last_ends as (
    select
        coalesce(staged_workers.person_id, hr_events.worker_id) as person_id,
        max(hr_events.effective_at) as ended_at,
    from hr_events
    left join staged_workers on hr_events.worker_id = staged_workers.worker_id
    where hr_events.event_type in ('termination', 'contract_end')
        and hr_events.effective_at <= cast($period_to as timestamp)
    group by coalesce(staged_workers.person_id, hr_events.worker_id)
),

duties as (
    select
        requirement_periods.worker_id,
        requirement_periods.requirement_id,
        bool_or(
            requirement_periods.valid_to is null
            or requirement_periods.valid_to > cast($period_to as timestamp)
        ) as is_performing,
        max(requirement_periods.valid_to) as performed_until,
    from requirement_periods
    where requirement_periods.valid_from <= cast($period_to as timestamp)
    group by requirement_periods.worker_id, requirement_periods.requirement_id
),

credentials as (
    select
        credential_periods.*,
        lead(credential_periods.valid_from) over (
            partition by credential_periods.worker_id, credential_periods.requirement_id, credential_periods.site
            order by credential_periods.valid_from, credential_periods.completion_id
        ) as next_from,
    from credential_periods
    semi join scoped_workers on credential_periods.worker_id = scoped_workers.worker_id
    where credential_periods.valid_from <= cast($period_to as timestamp)
),

records as (
    select
        'record' as what,
        credentials.worker_id,
        credentials.requirement_id,
        retained.title,
        credentials.completion_id,
        staged_lms_completions.course_id,
        staged_lms_completions.completed_at,
        retained.retention_basis,
        retained.retention_years,
        case retained.retention_basis
            when 'from_training' then staged_lms_completions.completed_at + retained.retention_period
            when 'from_creation'
                then coalesce(staged_lms_completions.recorded_at, staged_lms_completions.completed_at)
                + retained.retention_period
            when 'after_employment'
                then case when employed_persons.person_id is null then last_ends.ended_at + retained.retention_period end
            when 'while_performing'
                then case
                    when not coalesce(duties.is_performing, false)
                        then coalesce(duties.performed_until, credentials.valid_from) + retained.retention_period
                end
            when 'latest_only' then credentials.next_from
            when 'policy'
                then case
                    when retained.retention_years is not null
                        then staged_lms_completions.completed_at + retained.retention_period
                end
        end as keep_until,
        case retained.retention_basis
            when 'after_employment'
                then case
                    when employed_persons.person_id is not null then 'still employed: the period begins at the end'
                end
            when 'while_performing'
                then case when duties.is_performing then 'the duty goes on: the period begins at its end' end
            when 'latest_only'
                then case when credentials.next_from is null then 'kept until there is a newer one' end
            when 'until_closure' then 'kept until the facility closes'
        end as open_because,
        coalesce(duties.is_performing, false)
        and (credentials.valid_to is null or credentials.valid_to > cast($period_to as timestamp)) as proves_duty,
        cast(null as timestamp) as observed_at,
    from credentials
    inner join retained on credentials.requirement_id = retained.requirement_id
    inner join persons on credentials.worker_id = persons.worker_id
    left join staged_lms_completions on credentials.completion_id = staged_lms_completions.completion_id
    left join employed_persons on persons.person_id = employed_persons.person_id
    left join last_ends on persons.person_id = last_ends.person_id
    left join duties
        on credentials.worker_id = duties.worker_id
        and credentials.requirement_id = duties.requirement_id
),

judged_records as (
    select
        records.*,
        case
            when records.open_because is not null then 'keep'
            when records.keep_until > cast($period_to as timestamp) then 'keep'
            when records.proves_duty then 'keep'
            when records.keep_until is not null then 'may be disposed of'
            else 'no period stated'
        end as decision,
    from records
),

decided_records as (
    select
        judged_records.*,
        case
            when bool_or(judged_records.decision = 'keep') over by_record then 'keep'
            when bool_or(judged_records.decision = 'no period stated') over by_record then 'no period stated'
            else 'may be disposed of'
        end as record_decision,
    from judged_records
    window by_record as (partition by judged_records.completion_id)
),

vanished as (
    select
        record_changes.record_id as completion_id,
        record_changes.course_id,
        record_changes.completed_at,
        record_changes.observed_at,
        persons.worker_id,
        persons.person_id,
    from record_changes
    inner join account_links
        on record_changes.account_id = account_links.account_id
        and account_links.status = 'linked'
    inner join persons on account_links.worker_id = persons.worker_id
    anti join staged_lms_completions on record_changes.record_id = staged_lms_completions.completion_id
    where record_changes.feed = 'lms_completions'
        and record_changes.change = 'vanished'
        and record_changes.observed_at <= cast($period_to as timestamp)
),

vanished_records as (
    select
        vanished.*,
        retained.requirement_id,
        retained.title,
        retained.retention_basis,
        retained.retention_years,
        case
            when retained.retention_basis in ('from_training', 'from_creation')
                or (retained.retention_basis = 'policy' and retained.retention_years is not null)
                then vanished.completed_at + retained.retention_period
            when retained.retention_basis = 'after_employment' and employed_persons.person_id is null
                then last_ends.ended_at + retained.retention_period
            when retained.retention_basis = 'while_performing' and not coalesce(duties.is_performing, false)
                then duties.performed_until + retained.retention_period
        end as keep_until,
    from vanished
    inner join (
        select distinct policy_course_credits.course_id, policy_course_credits.requirement_id
        from policy_course_credits
    ) as credits
        on vanished.course_id = credits.course_id
    inner join retained on credits.requirement_id = retained.requirement_id
    left join employed_persons on vanished.person_id = employed_persons.person_id
    left join last_ends on vanished.person_id = last_ends.person_id
    left join duties
        on vanished.worker_id = duties.worker_id
        and retained.requirement_id = duties.requirement_id
),

leavers as (
    select
        compliance_timeline.worker_id,
        compliance_timeline.requirement_id,
        asked_requirements.title,
        min(compliance_timeline.cause) as cause,
        min(hr_events.event_type) as event_type,
        hr_events.effective_at,
    from hr_events
    semi join scoped_workers on hr_events.worker_id = scoped_workers.worker_id
    inner join compliance_timeline
        on hr_events.worker_id = compliance_timeline.worker_id
        and hr_events.effective_at = compliance_timeline.valid_to
    inner join asked_requirements on compliance_timeline.requirement_id = asked_requirements.requirement_id
    where hr_events.event_type in ('termination', 'contract_end')
        and hr_events.effective_at <= cast($period_to as timestamp)
        and (
            cast($period_from as timestamp) is null
            or hr_events.effective_at >= cast($period_from as timestamp)
        )
        and compliance_timeline.state = 'gap'
    group by
        compliance_timeline.worker_id,
        compliance_timeline.requirement_id,
        asked_requirements.title,
        hr_events.effective_at
),

rows as (
    select
        3 as part,
        decided_records.what,
        decided_records.worker_id,
        decided_records.requirement_id,
        decided_records.title,
        decided_records.completion_id,
        decided_records.course_id,
        decided_records.completed_at,
        decided_records.retention_basis,
        decided_records.retention_years,
        decided_records.keep_until,
        decided_records.decision,
        decided_records.record_decision,
        case
            when decided_records.open_because is not null then decided_records.open_because
            when decided_records.proves_duty then 'proves a duty that holds at the end of the period'
            when decided_records.decision = 'no period stated'
                then 'the rule states no period, and the record proves no present duty: the organisation decides'
            when decided_records.decision = 'may be disposed of'
                and decided_records.record_decision <> 'may be disposed of'
                then 'over for this requirement; another one still claims the record'
        end as because,
        decided_records.observed_at,
    from decided_records
    union all
    select
        1 as part,
        'vanished' as what,
        vanished_records.worker_id,
        vanished_records.requirement_id,
        vanished_records.title,
        vanished_records.completion_id,
        vanished_records.course_id,
        vanished_records.completed_at,
        vanished_records.retention_basis,
        vanished_records.retention_years,
        vanished_records.keep_until,
        case
            when vanished_records.keep_until <= vanished_records.observed_at then 'vanished after its time'
            when vanished_records.keep_until is not null then 'vanished too early'
            when vanished_records.retention_basis in ('none_stated', 'policy') then 'vanished, no period stated'
            else 'vanished too early'
        end as decision,
        null as record_decision,
        'the learning system no longer delivers it' as because,
        vanished_records.observed_at,
    from vanished_records
    union all
    select
        2 as part,
        'leaver' as what,
        leavers.worker_id,
        leavers.requirement_id,
        leavers.title,
        null as completion_id,
        null as course_id,
        null as completed_at,
        null as retention_basis,
        null as retention_years,
        null as keep_until,
        'incomplete at leaving' as decision,
        null as record_decision,
        leavers.event_type || ' with a gap, cause ' || leavers.cause as because,
        leavers.effective_at as observed_at,
    from leavers
),

final as (
    select
        rows.what,
        rows.worker_id,
        staged_workers.full_name,
        rows.requirement_id,
        rows.title,
        rows.completion_id,
        rows.course_id,
        rows.completed_at,
        rows.retention_basis,
        rows.retention_years,
        rows.keep_until,
        rows.decision,
        rows.record_decision,
        rows.because,
        rows.observed_at,
    from rows
    left join staged_workers on rows.worker_id = staged_workers.worker_id
    order by
        rows.part,
        rows.worker_id,
        rows.requirement_id,
        rows.completed_at,
        rows.completion_id,
        rows.observed_at
)

select * from final
