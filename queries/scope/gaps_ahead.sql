-- Grain:   one row per worker, requirement (and site) and role that requires it whose gap opens in the seven days after
--          as_of if nothing is done, at the first instant it does so
-- Key:     worker_id, requirement_id, site, role_site, assignment_key
-- Answers: which gaps open next week, when, and why?
-- Not for: gaps that are open at as_of already (gaps)
-- Looks at the instants at which a requirement, a grace time, a credential, a waiver or a leave known today starts or
-- ends, and takes the first at which the requirement is in force and nothing covers it.
with

run as (
    select
        as_of,
        as_of + interval '7' day as horizon,
    from run_parameters
),

not_open_yet as (
    select
        required_intervals.period_key,
        required_intervals.worker_key,
        required_intervals.requirement_key,
        required_intervals.site_key,
        required_intervals.valid_from,
        required_intervals.valid_to,
        required_intervals.valid_from + requirement_keys.grace_days * interval '24' hour as grace_to,
    from required_intervals
    cross join run
    inner join requirement_keys on required_intervals.requirement_key = requirement_keys.requirement_key
    anti join (select period_key from gaps where closed_at is null) as open_gaps
        on required_intervals.period_key = open_gaps.period_key
    where
        required_intervals.valid_from <= run.horizon
        and required_intervals.valid_to > run.as_of
),

roles as (
    select
        role_states.worker_key,
        role_states.assignment_key,
        role_states.status,
        coalesce(role_states.job_title, role_states.job_code) as role,
        role_states.site,
        role_states.timezone,
        role_states.valid_from,
        role_states.valid_to,
    from role_states
    cross join run
    where
        role_states.is_employed
        and role_states.valid_from <= run.horizon
        and (role_states.valid_to is null or role_states.valid_to > run.as_of)
),

waivers as (
    select
        worker_keys.worker_key,
        requirement_keys.requirement_key,
        exception_effects.starts_on,
        cast(exception_effects.ends_on + interval '1' day as date) as ends_before,
        exception_effects.approved_at,
    from exception_effects
    inner join worker_keys on exception_effects.worker_id = worker_keys.worker_id
    inner join requirement_keys on exception_effects.requirement_id = requirement_keys.requirement_id
    where
        exception_effects.kind = 'waive'
        and exception_effects.no_effect_because is null
),

waived_times as (
    select distinct
        waivers.worker_key,
        waivers.requirement_key,
        greatest(
            timezone('UTC', timezone(roles.timezone, cast(waivers.starts_on as timestamp))),
            waivers.approved_at
        ) as valid_from,
        timezone('UTC', timezone(roles.timezone, cast(waivers.ends_before as timestamp))) as valid_to,
    from waivers
    inner join roles on waivers.worker_key = roles.worker_key
),

moments as (
    select period_key, valid_from as moment, 'requirement_starts' as reason
    from not_open_yet
    union all
    select period_key, grace_to as moment, 'grace_ends' as reason
    from not_open_yet
    where grace_to > valid_from
    union all
    select not_open_yet.period_key, credential_intervals.valid_to as moment, 'credential_ends' as reason
    from credential_intervals
    cross join run
    inner join not_open_yet
        on credential_intervals.worker_key = not_open_yet.worker_key
        and credential_intervals.requirement_key = not_open_yet.requirement_key
        and credential_intervals.site_key = not_open_yet.site_key
    where
        credential_intervals.valid_to > run.as_of
        and credential_intervals.valid_to <= run.horizon
    union all
    select not_open_yet.period_key, waived_times.valid_to as moment, 'waiver_ends' as reason
    from waived_times
    inner join not_open_yet
        on waived_times.worker_key = not_open_yet.worker_key
        and waived_times.requirement_key = not_open_yet.requirement_key
    union all
    select not_open_yet.period_key, roles.valid_to as moment, 'leave_ends' as reason
    from roles
    inner join not_open_yet on roles.worker_key = not_open_yet.worker_key
    where roles.status = 'leave'
),

moments_required as (
    select
        not_open_yet.*,
        moments.moment,
        moments.reason,
    from moments
    cross join run
    inner join not_open_yet
        on moments.period_key = not_open_yet.period_key
        and moments.moment >= not_open_yet.valid_from
        and moments.moment < not_open_yet.valid_to
    where
        moments.moment > run.as_of
        and moments.moment <= run.horizon
),

credentials as (
    select
        credential_intervals.worker_key,
        credential_intervals.requirement_key,
        credential_intervals.site_key,
        credential_intervals.valid_from,
        credential_intervals.valid_to,
    from credential_intervals
    semi join moments_required
        on credential_intervals.worker_key = moments_required.worker_key
        and credential_intervals.requirement_key = moments_required.requirement_key
        and credential_intervals.site_key = moments_required.site_key
),

uncovered as (
    select moments_required.*
    from moments_required
    anti join credentials
        on moments_required.worker_key = credentials.worker_key
        and moments_required.requirement_key = credentials.requirement_key
        and moments_required.site_key = credentials.site_key
        and moments_required.moment >= credentials.valid_from
        and moments_required.moment < credentials.valid_to
    anti join waived_times
        on moments_required.worker_key = waived_times.worker_key
        and moments_required.requirement_key = waived_times.requirement_key
        and moments_required.moment >= waived_times.valid_from
        and moments_required.moment < waived_times.valid_to
),

-- grace is for whoever has not had a credential since the requirement began
held_in_period as (
    select uncovered.period_key, uncovered.moment
    from uncovered
    inner join credentials
        on uncovered.worker_key = credentials.worker_key
        and uncovered.requirement_key = credentials.requirement_key
        and uncovered.site_key = credentials.site_key
        and uncovered.moment >= credentials.valid_from
        and uncovered.valid_from < credentials.valid_to
    group by uncovered.period_key, uncovered.moment
),

out_of_grace as (
    select uncovered.*
    from uncovered
    left join held_in_period
        on uncovered.period_key = held_in_period.period_key
        and uncovered.moment = held_in_period.moment
    where
        uncovered.moment >= uncovered.grace_to
        or held_in_period.period_key is not null
),

at_work as (
    select
        out_of_grace.worker_key,
        out_of_grace.requirement_key,
        site_keys.site,
        out_of_grace.moment,
        out_of_grace.reason,
        roles.assignment_key,
        roles.role,
        roles.site as role_site,
    from out_of_grace
    left join site_keys on out_of_grace.site_key = site_keys.site_key
    inner join roles
        on out_of_grace.worker_key = roles.worker_key
        and out_of_grace.moment >= roles.valid_from
        and (roles.valid_to is null or out_of_grace.moment < roles.valid_to)
        and roles.status <> 'leave'
        and (site_keys.site is null or roles.site = site_keys.site)
    qualify
        row_number() over (
            partition by
                out_of_grace.worker_key,
                out_of_grace.requirement_key,
                site_keys.site,
                roles.assignment_key,
                roles.site
            order by out_of_grace.moment, out_of_grace.reason
        ) = 1
),

final as (
    select
        worker_keys.worker_id,
        worker_keys.full_name,
        requirement_keys.requirement_id,
        requirement_keys.title as requirement,
        requirement_keys.severity,
        requirement_keys.severity_weight,
        at_work.site,
        at_work.role_site,
        at_work.assignment_key,
        at_work.role,
        at_work.moment as opens_at,
        at_work.reason,
    from at_work
    inner join worker_keys on at_work.worker_key = worker_keys.worker_key
    inner join requirement_keys on at_work.requirement_key = requirement_keys.requirement_key
)

select * from final
