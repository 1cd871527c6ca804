-- Grain:   one row per waiver that ended in the seven days up to as_of or ends in the thirty after it, ten (or $most) of them
-- Answers: which waivers have run out or are running out, and what is the requirement's state ($sites: a list; NULL is
--          everything)?
-- Not for: waivers far from their end; waivers without effect (exception_effects)
with run as (
    select
        as_of,
        cast(timezone(organisation_timezone, timezone('UTC', as_of)) as date) as today
    from run_parameters
),

workers as (
    select
        worker_id,
        min(full_name) as full_name
    from staged_workers
    group by worker_id
),

titles as (
    select
        requirement_id,
        min(title) as title,
        min(severity) as severity
    from policy_requirements
    group by requirement_id
),

held as (
    select
        role_states.worker_id,
        role_states.job_code,
        role_states.job_title,
        role_states.site
    from role_states
    cross join run
    where role_states.valid_from <= run.as_of
    qualify
        row_number() over (
            partition by role_states.worker_id
            order by
                case when role_states.valid_to is null or role_states.valid_to > run.as_of then 0 else 1 end,
                case when role_states.assignment_key = 'primary' then 0 else 1 end,
                role_states.valid_from desc,
                role_states.assignment_key
        ) = 1
),

states_now as (
    select
        compliance_timeline.worker_id,
        compliance_timeline.requirement_id,
        string_agg(distinct compliance_timeline.state, ', ' order by compliance_timeline.state) as state_now
    from compliance_timeline
    cross join run
    where
        compliance_timeline.valid_from <= run.as_of
        and (compliance_timeline.valid_to is null or compliance_timeline.valid_to > run.as_of)
    group by compliance_timeline.worker_id, compliance_timeline.requirement_id
),

effective as (
    select
        exception_effects.exception_id,
        exception_effects.worker_id,
        workers.full_name,
        exception_effects.requirement_id,
        exception_effects.ends_on,
        date_diff('day', run.today, exception_effects.ends_on) as days_left,
        exception_effects.ends_on < run.today as is_expired
    from exception_effects
    cross join run
    left join workers on workers.worker_id = exception_effects.worker_id
    where
        exception_effects.kind = 'waive'
        and exception_effects.approved_at <= run.as_of
        and exception_effects.ends_on >= cast(run.today - interval '7' day as date)
        and exception_effects.ends_on <= cast(run.today + interval '30' day as date)
        and exception_effects.starts_on <= run.today
        and exception_effects.no_effect_because is null
),

described as (
    select
        effective.*,
        coalesce(titles.title, effective.requirement_id) as requirement,
        titles.severity,
        coalesce(held.job_title, held.job_code) as role,
        held.site,
        states_now.state_now,
        count(*) over (partition by effective.is_expired) as of_all
    from effective
    left join titles on titles.requirement_id = effective.requirement_id
    left join held on held.worker_id = effective.worker_id
    left join states_now
        on
            states_now.worker_id = effective.worker_id
            and states_now.requirement_id = effective.requirement_id
    where
        cast($sites as varchar[]) is null
        or list_contains(cast($sites as varchar[]), held.site)
),

final as (
    select *
    from described
    order by is_expired desc, ends_on, exception_id
    limit coalesce(cast($most as bigint), 10)
)

select * from final
order by is_expired desc, ends_on, exception_id
