-- Grain:   one row per worker and requirement (and site) in force at the start of a day; a worker of whom nothing was
--          required, or who held no role, has one row without a requirement
-- Answers: for these $workers, or for whoever held $role at $site then: who were they, what was required, was it met?
-- Not for: the history (page_worker_bands); days after as_of
-- The day ($on, else that of as_of) starts at 00:00 where the worker's first role of that day is; where it has yet to
-- start, as_of itself counts. With $site, roles and requirements of other sites are left out. total_rows and total_people
-- count what $row_limit cuts off.
with

the_day as (
    select
        as_of,
        organisation_timezone,
        cast(
            coalesce(
                cast($on as date),
                cast(timezone(organisation_timezone, timezone('UTC', as_of)) as date)
            ) as timestamp
        ) as day
    from run_parameters
),

asked as (
    select worker_key
    from worker_keys
    where cast($workers as varchar[]) is null or list_contains(cast($workers as varchar[]), worker_id)
),

-- before any instant is worked out: few roles are of these workers, or at this site
held_roles as materialized (
    select role_states.*
    from role_states
    inner join asked on asked.worker_key = role_states.worker_key
    where role_states.is_employed and (cast($site as varchar) is null or role_states.site = $site)
),

days as (
    select
        held_roles.*,
        least(timezone('UTC', timezone(held_roles.timezone, the_day.day)), the_day.as_of) as day_starts_at
    from held_roles
    cross join the_day
),

roles as materialized (
    select *
    from days
    where valid_from <= day_starts_at and (valid_to is null or valid_to > day_starts_at)
),

named as (
    select worker_key from asked
    where cast($workers as varchar[]) is not null
    union
    select worker_key from roles
    where cast($role as varchar) is null or job_code = $role
),

first_roles as (
    select *
    from roles
    qualify
        row_number() over (partition by worker_key order by assignment_key <> 'primary', assignment_key) = 1
),

all_roles as (
    select
        worker_key,
        string_agg(
            case
                when job_title is not null and job_code is not null and job_title <> job_code
                then job_title || ' (' || job_code || ')'
                else coalesce(job_title, job_code, 'without a job code')
            end
            || coalesce(' at ' || site, '')
            || case status when 'leave' then ', on leave' when 'suspended' then ', suspended' else '' end,
            ' and '
            order by assignment_key <> 'primary', assignment_key
        ) as roles
    from roles
    group by worker_key
),

people as materialized (
    select
        worker_keys.worker_id,
        named.worker_key,
        worker_keys.full_name,
        all_roles.roles,
        first_roles.job_title,
        first_roles.job_code,
        first_roles.site as role_site,
        first_roles.department,
        first_roles.employment_type,
        first_roles.status,
        coalesce(first_roles.timezone, (select organisation_timezone from the_day)) as timezone,
        first_roles.day_starts_at
    from named
    inner join worker_keys on worker_keys.worker_key = named.worker_key
    left join first_roles on first_roles.worker_key = named.worker_key
    left join all_roles on all_roles.worker_key = named.worker_key
),

required as (
    select
        people.worker_id,
        compliance_timeline.requirement_id,
        compliance_timeline.site,
        case
            when unproven_states.not_evaluable_from is not null then 'not_evaluable' else compliance_timeline.state
        end as state,
        compliance_timeline.state as known_state,
        case when unproven_states.not_evaluable_from is null then compliance_timeline.cause end as cause,
        case when unproven_states.not_evaluable_from is null then compliance_timeline.owner end as owner,
        unproven_states.because
    from people
    inner join compliance_timeline
        on compliance_timeline.worker_key = people.worker_key
        and compliance_timeline.valid_from <= people.day_starts_at
        and (compliance_timeline.valid_to is null or compliance_timeline.valid_to > people.day_starts_at)
        and (cast($site as varchar) is null or coalesce(compliance_timeline.site, $site) = $site)
    left join unproven_states
        on unproven_states.period_key = compliance_timeline.period_key
        and unproven_states.valid_from <= people.day_starts_at
        and (unproven_states.valid_to is null or unproven_states.valid_to > people.day_starts_at)
        and unproven_states.not_evaluable_from <= people.day_starts_at
),

open_gaps as (
    select
        gaps.worker_id,
        gaps.requirement_id,
        gaps.site,
        min(gaps.opened_at) as opened_at
    from gaps
    inner join people
        on people.worker_key = gaps.worker_key
        and gaps.opened_at <= people.day_starts_at
        and (gaps.closed_at is null or gaps.closed_at > people.day_starts_at)
    group by gaps.worker_id, gaps.requirement_id, gaps.site
),

credentials as (
    select
        people.worker_id,
        requirement_keys.requirement_id,
        site_keys.site,
        credential_intervals.is_trained,
        credential_intervals.completion_key,
        nullif(credential_intervals.valid_to, timestamp '9999-12-31 00:00:00') as valid_to
    from people
    inner join credential_intervals
        on credential_intervals.worker_key = people.worker_key
        and credential_intervals.valid_from <= people.day_starts_at
        and credential_intervals.valid_to > people.day_starts_at
    inner join requirement_keys on requirement_keys.requirement_key = credential_intervals.requirement_key
    left join site_keys on site_keys.site_key = credential_intervals.site_key
    qualify
        row_number() over (
            partition by
                credential_intervals.worker_key,
                credential_intervals.requirement_key,
                credential_intervals.site_key,
                credential_intervals.is_trained
            order by credential_intervals.valid_to desc, credential_intervals.completion_key
        ) = 1
),

periods as (
    select
        requirement_periods.worker_id,
        requirement_periods.requirement_id,
        requirement_periods.site,
        min(requirement_periods.rule_ids) as rule_ids
    from requirement_periods
    inner join people
        on people.worker_key = requirement_periods.worker_key
        and requirement_periods.valid_from <= people.day_starts_at
        and (requirement_periods.valid_to is null or requirement_periods.valid_to > people.day_starts_at)
    group by requirement_periods.worker_id, requirement_periods.requirement_id, requirement_periods.site
),

-- named by the accounts first: the completions of few accounts are found without reading all of them
completions as (
    select staged_lms_completions.*
    from staged_lms_completions
    where
        staged_lms_completions.account_key in (
            select account_links.account_key
            from account_links
            inner join worker_keys on worker_keys.person_key = account_links.person_key
            inner join people on people.worker_key = worker_keys.worker_key
        )
),

waivers as (
    select
        worker_keys.worker_id,
        requirement_keys.requirement_id,
        min(policy_exceptions.exception_id) as exception_id,
        max(policy_exceptions.ends_on) as waived_until_on
    from exception_windows
    inner join worker_keys on worker_keys.worker_key = exception_windows.worker_key
    inner join requirement_keys on requirement_keys.requirement_key = exception_windows.requirement_key
    inner join policy_exceptions on policy_exceptions.exception_id = exception_windows.exception_id
    inner join people
        on people.worker_id = worker_keys.worker_id
        and exception_windows.valid_from <= people.day_starts_at
        and exception_windows.valid_to > people.day_starts_at
    where exception_windows.kind = 'waive'
    group by worker_keys.worker_id, requirement_keys.requirement_id
),

judged as (
    select
        required.*,
        policy_requirements.title as requirement,
        policy_requirements.citation,
        policy_requirements.severity,
        open_gaps.opened_at,
        completions.completion_id,
        credentials.valid_to as credential_ends_at,
        completions.course_id,
        completions.completed_at,
        completions.result,
        periods.rule_ids,
        waivers.exception_id,
        waivers.waived_until_on
    from required
    inner join policy_requirements
        on policy_requirements.requirement_id = required.requirement_id
        and (cast($authority as varchar) is null or policy_requirements.authority = $authority)
    left join open_gaps
        on open_gaps.worker_id = required.worker_id
        and open_gaps.requirement_id = required.requirement_id
        and open_gaps.site is not distinct from required.site
        and required.known_state = 'gap'
    left join credentials
        on credentials.worker_id = required.worker_id
        and credentials.requirement_id = required.requirement_id
        and credentials.site is not distinct from required.site
        and credentials.is_trained = (required.known_state = 'trained')
        and required.known_state in ('trained', 'waived')
    left join completions on completions.completion_key = credentials.completion_key
    left join periods
        on periods.worker_id = required.worker_id
        and periods.requirement_id = required.requirement_id
        and periods.site is not distinct from required.site
    left join waivers
        on waivers.worker_id = required.worker_id
        and waivers.requirement_id = required.requirement_id
        and required.known_state = 'waived'
),

final as (
    select
        people.worker_id,
        people.full_name,
        people.roles,
        people.job_title,
        people.job_code,
        people.role_site,
        people.department,
        people.employment_type,
        people.status as employment_status,
        judged.requirement_id,
        judged.requirement,
        judged.citation,
        judged.severity,
        judged.site,
        judged.state,
        judged.cause,
        judged.owner,
        cast(timezone(people.timezone, timezone('UTC', judged.opened_at)) as date) as opened_on,
        date_diff('day', judged.opened_at, people.day_starts_at) as days_open,
        judged.course_id,
        cast(timezone(people.timezone, timezone('UTC', judged.completed_at)) as date) as completed_on,
        judged.result,
        cast(timezone(people.timezone, timezone('UTC', judged.credential_ends_at)) as date) as ends_on,
        judged.rule_ids,
        coalesce(judged.exception_id, judged.completion_id) as evidence,
        judged.waived_until_on,
        judged.because,
        count(*) over () as total_rows,
        (select count(*) from people) as total_people,
        count(*) filter (where judged.state = 'gap') over (partition by people.worker_id) as gaps_of_person
    from people
    left join judged on judged.worker_id = people.worker_id
)

select *
from final
order by
    gaps_of_person desc,
    full_name,
    worker_id,
    case state when 'gap' then 0 when 'not_evaluable' then 1 else 2 end,
    requirement_id,
    site
limit cast($row_limit as bigint)
