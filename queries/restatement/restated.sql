-- Grain:   one row per row of Obligations or Gaps that an earlier export showed otherwise, or not at all
-- Answers: what does this export say differently about the time the earlier one spoke of, and why?
-- Not for: what happened since (both are compared up to $cut, the end of the earlier export's period)
-- The tables earlier_* and later_* hold the rows of the sheets of both exports. The cause is the first that applies.
with

earlier_rows as (
    select
        'Obligations' as sheet,
        earlier_obligations.worker_id,
        earlier_obligations.requirement_id,
        earlier_obligations.site,
        cast(null as varchar) as row_id,
        earlier_obligations.valid_from,
        case when earlier_obligations.valid_to <= cast($cut as timestamp) then earlier_obligations.valid_to end
            as valid_to,
        earlier_obligations.state,
        earlier_obligations.cause,
    from earlier_obligations
    where earlier_obligations.valid_from <= cast($cut as timestamp)
    union all
    select
        'Gaps' as sheet,
        earlier_gaps.worker_id,
        earlier_gaps.requirement_id,
        earlier_gaps.site,
        earlier_gaps.gap_id as row_id,
        earlier_gaps.opened_at as valid_from,
        case when earlier_gaps.closed_at <= cast($cut as timestamp) then earlier_gaps.closed_at end as valid_to,
        'gap' as state,
        case when earlier_gaps.closed_at <= cast($cut as timestamp) then earlier_gaps.cause end as cause,
    from earlier_gaps
    where earlier_gaps.opened_at <= cast($cut as timestamp)
),

later_rows as (
    select
        'Obligations' as sheet,
        later_obligations.worker_id,
        later_obligations.requirement_id,
        later_obligations.site,
        cast(null as varchar) as row_id,
        later_obligations.valid_from,
        case when later_obligations.valid_to <= cast($cut as timestamp) then later_obligations.valid_to end
            as valid_to,
        later_obligations.state,
        later_obligations.cause,
    from later_obligations
    where later_obligations.valid_from <= cast($cut as timestamp)
    union all
    select
        'Gaps' as sheet,
        later_gaps.worker_id,
        later_gaps.requirement_id,
        later_gaps.site,
        later_gaps.gap_id as row_id,
        later_gaps.opened_at as valid_from,
        case when later_gaps.closed_at <= cast($cut as timestamp) then later_gaps.closed_at end as valid_to,
        'gap' as state,
        case when later_gaps.closed_at <= cast($cut as timestamp) then later_gaps.cause end as cause,
    from later_gaps
    where later_gaps.opened_at <= cast($cut as timestamp)
),

compared as (
    select
        case
            when earlier_rows.sheet is null then 'added'
            when later_rows.sheet is null then 'removed'
            else 'restated'
        end as what,
        coalesce(earlier_rows.sheet, later_rows.sheet) as sheet,
        coalesce(earlier_rows.worker_id, later_rows.worker_id) as worker_id,
        coalesce(earlier_rows.requirement_id, later_rows.requirement_id) as requirement_id,
        coalesce(earlier_rows.site, later_rows.site) as site,
        coalesce(earlier_rows.row_id, later_rows.row_id) as row_id,
        coalesce(earlier_rows.valid_from, later_rows.valid_from) as valid_from,
        case
            when earlier_rows.sheet is not null
                then earlier_rows.state
                || coalesce(' (' || earlier_rows.cause || ')', '')
                || coalesce(' to ' || strftime(earlier_rows.valid_to, '%Y-%m-%d %H:%M'), ', still running')
        end as was,
        case
            when later_rows.sheet is not null
                then later_rows.state
                || coalesce(' (' || later_rows.cause || ')', '')
                || coalesce(' to ' || strftime(later_rows.valid_to, '%Y-%m-%d %H:%M'), ', still running')
        end as is_now,
    from earlier_rows
    full join later_rows
        on earlier_rows.sheet = later_rows.sheet
        and earlier_rows.worker_id = later_rows.worker_id
        and earlier_rows.requirement_id = later_rows.requirement_id
        and coalesce(earlier_rows.site, '') = coalesce(later_rows.site, '')
        and coalesce(earlier_rows.row_id, '') = coalesce(later_rows.row_id, '')
        and earlier_rows.valid_from = later_rows.valid_from
    where earlier_rows.sheet is null
        or later_rows.sheet is null
        or earlier_rows.valid_to is distinct from later_rows.valid_to
        or earlier_rows.state is distinct from later_rows.state
        or earlier_rows.cause is distinct from later_rows.cause
),

numbered as (
    select
        compared.*,
        row_number() over (
            order by
                compared.worker_id,
                compared.requirement_id,
                compared.site nulls first,
                compared.sheet desc,
                compared.valid_from,
                compared.row_id
        ) as number,
    from compared
),

persons as (
    select earlier_population.worker_id, earlier_population.person_id,
    from earlier_population
    union
    select later_population.worker_id, later_population.person_id,
    from later_population
),

earlier_accounts as (
    select earlier_identity.account_id, earlier_identity.match_status, earlier_identity.worker_id,
    from earlier_identity
    where earlier_identity.what = 'account'
),

later_accounts as (
    select later_identity.account_id, later_identity.match_status, later_identity.worker_id,
    from later_identity
    where later_identity.what = 'account'
),

rematched as (
    select
        earlier_accounts.account_id,
        earlier_accounts.worker_id as worker_before,
        later_accounts.worker_id as worker_after,
        'account ' || earlier_accounts.account_id || ': '
            || coalesce(earlier_accounts.worker_id, earlier_accounts.match_status) || ' before, '
            || coalesce(later_accounts.worker_id, later_accounts.match_status, 'not delivered') || ' now' as because,
    from earlier_accounts
    left join later_accounts on earlier_accounts.account_id = later_accounts.account_id
    where earlier_accounts.worker_id is distinct from later_accounts.worker_id
),

rematched_workers as (
    select rematched.worker_before as worker_id, rematched.because,
    from rematched
    where rematched.worker_before is not null
    union
    select rematched.worker_after as worker_id, rematched.because,
    from rematched
    where rematched.worker_after is not null
),

rematched_persons as (
    select same_person.worker_id, rematched_workers.because,
    from rematched_workers
    inner join persons on rematched_workers.worker_id = persons.worker_id
    inner join persons as same_person on persons.person_id = same_person.person_id
    union
    select rematched_workers.worker_id, rematched_workers.because,
    from rematched_workers
),

earlier_completions as (
    select earlier_training.*
    from earlier_training
    where earlier_training.is_first_row
),

later_completions as (
    select later_training.*
    from later_training
    where later_training.is_first_row
),

changed_completions as (
    select
        earlier_completions.completion_id,
        'altered_completion' as cause,
        'completion ' || earlier_completions.completion_id || case
            when later_completions.completion_id is null then ' is no longer delivered'
            else ': ' || concat_ws(
                '; ',
                case
                    when earlier_completions.completed_at is distinct from later_completions.completed_at
                        then 'completed ' || strftime(earlier_completions.completed_at, '%Y-%m-%d %H:%M')
                        || ' before, ' || strftime(later_completions.completed_at, '%Y-%m-%d %H:%M') || ' now'
                end,
                case
                    when earlier_completions.result is distinct from later_completions.result
                        then 'result ' || earlier_completions.result || ' before, ' || later_completions.result || ' now'
                end,
                case when earlier_completions.expires_at is distinct from later_completions.expires_at then 'expiry' end,
                case when earlier_completions.site is distinct from later_completions.site then 'site' end,
                case when earlier_completions.course_id is distinct from later_completions.course_id then 'course' end,
                case
                    when earlier_completions.account_id is distinct from later_completions.account_id then 'account'
                end
            )
        end as because,
    from earlier_completions
    left join later_completions on earlier_completions.completion_id = later_completions.completion_id
    where later_completions.completion_id is null
        or earlier_completions.completed_at is distinct from later_completions.completed_at
        or earlier_completions.result is distinct from later_completions.result
        or earlier_completions.expires_at is distinct from later_completions.expires_at
        or earlier_completions.site is distinct from later_completions.site
        or earlier_completions.course_id is distinct from later_completions.course_id
        or earlier_completions.account_id is distinct from later_completions.account_id
    union all
    select
        later_completions.completion_id,
        'late_completion' as cause,
        'completion ' || later_completions.completion_id || ' of '
            || strftime(later_completions.completed_at, '%Y-%m-%d %H:%M') || ' was not known then' as because,
    from later_completions
    anti join earlier_completions on later_completions.completion_id = earlier_completions.completion_id
    where later_completions.completed_at <= cast($cut as timestamp)
),

credited as (
    select earlier_training.completion_id, earlier_training.worker_id, earlier_training.requirement_id,
    from earlier_training
    where earlier_training.requirement_id is not null
    union
    select later_training.completion_id, later_training.worker_id, later_training.requirement_id,
    from later_training
    where later_training.requirement_id is not null
),

changed_exceptions as (
    select
        coalesce(earlier_exceptions.worker_id, later_exceptions.worker_id) as worker_id,
        coalesce(earlier_exceptions.requirement_id, later_exceptions.requirement_id) as requirement_id,
        'exception ' || coalesce(earlier_exceptions.exception_id, later_exceptions.exception_id) || case
            when earlier_exceptions.exception_id is null then ' was not known then'
            when later_exceptions.exception_id is null then ' was taken out'
            else ' was changed'
        end as because,
    from earlier_exceptions
    full join later_exceptions on earlier_exceptions.exception_id = later_exceptions.exception_id
    where earlier_exceptions.exception_id is null
        or later_exceptions.exception_id is null
        or (
            earlier_exceptions.worker_id, earlier_exceptions.requirement_id, earlier_exceptions.kind,
            earlier_exceptions.starts_on, earlier_exceptions.ends_on,
            earlier_exceptions.approved_by, earlier_exceptions.approved_at
        ) is distinct from (
            later_exceptions.worker_id, later_exceptions.requirement_id, later_exceptions.kind,
            later_exceptions.starts_on, later_exceptions.ends_on,
            later_exceptions.approved_by, later_exceptions.approved_at
        )
),

earlier_roles as (
    select
        earlier_population.* exclude (valid_to),
        case when earlier_population.valid_to <= cast($cut as timestamp) then earlier_population.valid_to end as valid_to,
    from earlier_population
    where earlier_population.valid_from <= cast($cut as timestamp)
),

later_roles as (
    select
        later_population.* exclude (valid_to),
        case when later_population.valid_to <= cast($cut as timestamp) then later_population.valid_to end as valid_to,
    from later_population
    where later_population.valid_from <= cast($cut as timestamp)
),

changed_roles as (
    select
        coalesce(earlier_roles.worker_id, later_roles.worker_id) as worker_id,
        'role from ' || strftime(coalesce(earlier_roles.valid_from, later_roles.valid_from), '%Y-%m-%d %H:%M') || case
            when later_roles.worker_id is null then ' is no longer held'
            when earlier_roles.worker_id is null
                then ', recorded ' || coalesce(strftime(later_roles.recorded_at, '%Y-%m-%d %H:%M'), 'at no stated time')
                || ', was not known then'
            when earlier_roles.valid_to is distinct from later_roles.valid_to then ' ends otherwise'
            else ' was changed'
        end as because,
    from earlier_roles
    full join later_roles
        on earlier_roles.worker_id = later_roles.worker_id
        and earlier_roles.assignment_key = later_roles.assignment_key
        and earlier_roles.valid_from = later_roles.valid_from
    where earlier_roles.worker_id is null
        or later_roles.worker_id is null
        or earlier_roles.valid_to is distinct from later_roles.valid_to
        or earlier_roles.status is distinct from later_roles.status
        or earlier_roles.employment_type is distinct from later_roles.employment_type
        or earlier_roles.job_code is distinct from later_roles.job_code
        or earlier_roles.department is distinct from later_roles.department
        or earlier_roles.site is distinct from later_roles.site
        or earlier_roles.task_scope is distinct from later_roles.task_scope
        or earlier_roles.recorded_at is distinct from later_roles.recorded_at
),

changed_rules as (
    select distinct
        coalesce(earlier_requirements.requirement_id, later_requirements.requirement_id) as requirement_id,
        coalesce(
            'rule ' || coalesce(earlier_requirements.rule_id, later_requirements.rule_id),
            'requirement ' || coalesce(earlier_requirements.requirement_id, later_requirements.requirement_id)
        ) || case
            when earlier_requirements.requirement_id is null then ' was not there then'
            when later_requirements.requirement_id is null then ' was taken out'
            else ' was changed'
        end as because,
    from earlier_requirements
    full join later_requirements
        on earlier_requirements.requirement_id = later_requirements.requirement_id
        and coalesce(earlier_requirements.rule_id, '') = coalesce(later_requirements.rule_id, '')
    where earlier_requirements.requirement_id is null
        or later_requirements.requirement_id is null
        or (
            earlier_requirements.validity_months, earlier_requirements.grace_days,
            earlier_requirements.is_site_specific, earlier_requirements.retrain_on, earlier_requirements.courses,
            earlier_requirements.applies_to, earlier_requirements.effective_from, earlier_requirements.effective_to
        ) is distinct from (
            later_requirements.validity_months, later_requirements.grace_days,
            later_requirements.is_site_specific, later_requirements.retrain_on, later_requirements.courses,
            later_requirements.applies_to, later_requirements.effective_from, later_requirements.effective_to
        )
),

-- A requirement without rules is one row without a rule; the rule that takes its place is what changed.
telling_rules as (
    select changed_rules.requirement_id, changed_rules.because,
    from changed_rules
    qualify starts_with(changed_rules.because, 'rule ')
        or not bool_or(starts_with(changed_rules.because, 'rule ')) over (partition by changed_rules.requirement_id)
),

explained as (
    select numbered.number, 1 as rank, 'rematched_identity' as cause, rematched_persons.because,
    from numbered
    inner join rematched_persons on numbered.worker_id = rematched_persons.worker_id
    union all
    select
        numbered.number,
        case changed_completions.cause when 'altered_completion' then 2 else 3 end as rank,
        changed_completions.cause,
        changed_completions.because,
    from numbered
    inner join credited
        on numbered.worker_id = credited.worker_id
        and numbered.requirement_id = credited.requirement_id
    inner join changed_completions on credited.completion_id = changed_completions.completion_id
    union all
    select numbered.number, 4 as rank, 'exception_change' as cause, changed_exceptions.because,
    from numbered
    inner join changed_exceptions
        on numbered.worker_id = changed_exceptions.worker_id
        and numbered.requirement_id = changed_exceptions.requirement_id
    union all
    select numbered.number, 5 as rank, 'late_hr_entry' as cause, changed_roles.because,
    from numbered
    inner join changed_roles on numbered.worker_id = changed_roles.worker_id
    union all
    select numbered.number, 6 as rank, 'policy_change' as cause, telling_rules.because,
    from numbered
    inner join telling_rules on numbered.requirement_id = telling_rules.requirement_id
),

first_explained as (
    select
        explained.number,
        arg_min(explained.cause, (explained.rank, explained.because)) as cause,
        arg_min(explained.because, (explained.rank, explained.because)) as because,
        list_sort(list(distinct explained.cause)) as causes,
    from explained
    group by explained.number
),

names as (
    select staged_workers.worker_id, min(staged_workers.full_name) as full_name,
    from staged_workers
    group by staged_workers.worker_id
),

final as (
    select
        numbered.what,
        cast(null as date) as week_from,
        cast(null as date) as week_to,
        cast(null as bigint) as opened,
        cast(null as bigint) as reopened,
        cast(null as bigint) as closed,
        cast(null as bigint) as open_at_end,
        numbered.sheet,
        numbered.worker_id,
        names.full_name,
        numbered.requirement_id,
        numbered.site,
        numbered.row_id,
        numbered.valid_from,
        numbered.was,
        numbered.is_now,
        case
            when first_explained.cause is not null then first_explained.cause
            when cast($is_policy_changed as boolean) then 'policy_change'
            when cast($is_known_later as boolean) then 'late_lms_entry'
            when cast($is_logic_changed as boolean) then 'logic_change'
            else 'not_explained'
        end as cause,
        case
            when first_explained.cause is not null then first_explained.because
            when cast($is_policy_changed as boolean) then 'another policy table was changed'
            when cast($is_known_later as boolean) then 'loads after the earlier export'
            when cast($is_logic_changed as boolean) then 'the models were changed (see Logic)'
        end as because,
        nullif(
            array_to_string(list_filter(first_explained.causes, lambda each: each <> first_explained.cause), '; '), ''
        ) as also,
    from numbered
    left join first_explained on numbered.number = first_explained.number
    left join names on numbered.worker_id = names.worker_id
    order by numbered.number
)

select * from final
