-- Grain:   one row per worker, requirement (and site) whose gap opens in the seven days after as_of, the ten (or $most)
--          that weigh most (of_all counts them all)
-- Answers: which gaps open next week if nothing is done ($sites: a list; NULL is everything)?
-- Not for: gaps that are open at as_of already
-- Looks at the instants at which a requirement, a grace time, a credential, a waiver or a leave known today starts or
-- ends, and takes the first at which the requirement is in force and nothing covers it.
with run as (
    select
        as_of,
        as_of + interval '7' day as horizon,
        organisation_timezone
    from run_parameters
),

workers as (
    select
        worker_id,
        min(full_name) as full_name
    from staged_workers
    group by worker_id
),

requirements as (
    select
        requirement_id,
        min(title) as title,
        min(severity) as severity,
        coalesce(min(grace_days), 0) * interval '24' hour as grace
    from policy_requirements
    group by requirement_id
),

zones as (
    select
        site,
        min(timezone) as timezone
    from staged_sites
    group by site
),

required as (
    select
        requirement_periods.worker_id,
        requirement_periods.requirement_id,
        requirement_periods.site,
        requirement_periods.valid_from,
        requirement_periods.valid_to,
        requirement_periods.valid_from + requirements.grace as grace_to,
        requirements.title,
        requirements.severity
    from requirement_periods
    cross join run
    inner join requirements on requirements.requirement_id = requirement_periods.requirement_id
    where
        requirement_periods.valid_from <= run.horizon
        and (requirement_periods.valid_to is null or requirement_periods.valid_to > run.as_of)
),

not_open_yet as (
    select required.*
    from required
    anti join (select * from gaps where closed_at is null) as open_gaps
        on
            open_gaps.worker_id = required.worker_id
            and open_gaps.requirement_id = required.requirement_id
            and open_gaps.site is not distinct from required.site
),

credentials as (
    select credential_periods.*
    from credential_periods
    semi join not_open_yet
        on
            not_open_yet.worker_id = credential_periods.worker_id
            and not_open_yet.requirement_id = credential_periods.requirement_id
),

roles as (
    select
        role_states.*,
        coalesce(zones.timezone, run.organisation_timezone) as timezone
    from role_states
    cross join run
    left join zones on zones.site = role_states.site
    where
        role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= run.horizon
        and (role_states.valid_to is null or role_states.valid_to > run.as_of)
),

waivers as (
    select
        worker_id,
        requirement_id,
        starts_on,
        cast(ends_on + interval '1' day as date) as ends_before,
        approved_at
    from exception_effects
    where
        kind = 'waive'
        and no_effect_because is null
),

waived_times as (
    select distinct
        waivers.worker_id,
        waivers.requirement_id,
        greatest(
            timezone('UTC', timezone(roles.timezone, cast(waivers.starts_on as timestamp))),
            waivers.approved_at
        ) as valid_from,
        timezone('UTC', timezone(roles.timezone, cast(waivers.ends_before as timestamp))) as valid_to
    from waivers
    inner join roles on roles.worker_id = waivers.worker_id
),

moments as (
    select worker_id, requirement_id, site, valid_from as moment, 'requirement_starts' as reason
    from not_open_yet
    union all
    select worker_id, requirement_id, site, grace_to as moment, 'grace_ends' as reason
    from not_open_yet
    where grace_to > valid_from
    union all
    select worker_id, requirement_id, site, valid_to as moment, 'credential_ends' as reason
    from credentials
    union all
    select not_open_yet.worker_id, not_open_yet.requirement_id, not_open_yet.site, waived_times.valid_to, 'waiver_ends'
    from not_open_yet
    inner join waived_times
        on
            waived_times.worker_id = not_open_yet.worker_id
            and waived_times.requirement_id = not_open_yet.requirement_id
    union all
    select not_open_yet.worker_id, not_open_yet.requirement_id, not_open_yet.site, roles.valid_to, 'leave_ends'
    from not_open_yet
    inner join roles on roles.worker_id = not_open_yet.worker_id
    where roles.status = 'leave'
),

moments_required as (
    select
        not_open_yet.*,
        moments.moment,
        moments.reason
    from moments
    cross join run
    inner join not_open_yet
        on
            not_open_yet.worker_id = moments.worker_id
            and not_open_yet.requirement_id = moments.requirement_id
            and not_open_yet.site is not distinct from moments.site
            and not_open_yet.valid_from <= moments.moment
            and (not_open_yet.valid_to is null or not_open_yet.valid_to > moments.moment)
    where
        moments.moment > run.as_of
        and moments.moment <= run.horizon
),

without_credential as (
    select moments_required.*
    from moments_required
    anti join credentials
        on
            credentials.worker_id = moments_required.worker_id
            and credentials.requirement_id = moments_required.requirement_id
            and credentials.site is not distinct from moments_required.site
            and credentials.valid_from <= moments_required.moment
            and (credentials.valid_to is null or credentials.valid_to > moments_required.moment)
),

without_waiver as (
    select without_credential.*
    from without_credential
    anti join waived_times
        on
            waived_times.worker_id = without_credential.worker_id
            and waived_times.requirement_id = without_credential.requirement_id
            and waived_times.valid_from <= without_credential.moment
            and waived_times.valid_to > without_credential.moment
),

held_in_period as (
    select
        without_waiver.worker_id,
        without_waiver.requirement_id,
        without_waiver.site,
        without_waiver.moment
    from without_waiver
    semi join credentials
        on
            credentials.worker_id = without_waiver.worker_id
            and credentials.requirement_id = without_waiver.requirement_id
            and credentials.site is not distinct from without_waiver.site
            and credentials.valid_from <= without_waiver.moment
            and (credentials.valid_to is null or credentials.valid_to > without_waiver.valid_from)
),

out_of_grace as (
    select without_waiver.*
    from without_waiver
    left join held_in_period
        on
            held_in_period.worker_id = without_waiver.worker_id
            and held_in_period.requirement_id = without_waiver.requirement_id
            and held_in_period.site is not distinct from without_waiver.site
            and held_in_period.moment = without_waiver.moment
    where
        without_waiver.moment >= without_waiver.grace_to
        or held_in_period.worker_id is not null
),

at_work as (
    select
        out_of_grace.worker_id,
        out_of_grace.requirement_id,
        out_of_grace.site,
        out_of_grace.title,
        out_of_grace.severity,
        out_of_grace.moment,
        out_of_grace.reason,
        roles.site as role_site,
        coalesce(roles.job_title, roles.job_code) as role
    from out_of_grace
    inner join roles
        on
            roles.worker_id = out_of_grace.worker_id
            and roles.valid_from <= out_of_grace.moment
            and (roles.valid_to is null or roles.valid_to > out_of_grace.moment)
            and roles.status <> 'leave'
            and (out_of_grace.site is null or roles.site = out_of_grace.site)
    where
        cast($sites as varchar[]) is null
        or list_contains(cast($sites as varchar[]), coalesce(out_of_grace.site, roles.site))
    qualify
        row_number() over (
            partition by out_of_grace.worker_id, out_of_grace.requirement_id, out_of_grace.site
            order by
                out_of_grace.moment,
                out_of_grace.reason,
                case when roles.assignment_key = 'primary' then 0 else 1 end,
                roles.assignment_key
        ) = 1
),

final as (
    select
        at_work.worker_id,
        workers.full_name,
        at_work.role,
        coalesce(at_work.site, at_work.role_site) as site,
        at_work.requirement_id,
        coalesce(at_work.title, at_work.requirement_id) as requirement,
        at_work.severity,
        case at_work.severity when 'critical' then 4 when 'high' then 3 when 'medium' then 2 else 1 end as severity_weight,
        at_work.moment as opens_at,
        at_work.reason,
        count(*) over () as of_all
    from at_work
    left join workers on workers.worker_id = at_work.worker_id
)

select * from final
order by severity_weight desc, opens_at, worker_id, requirement_id, site
limit coalesce(cast($most as bigint), 10)
