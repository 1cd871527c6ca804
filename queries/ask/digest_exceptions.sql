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

effective as (
    select
        exception_effects.exception_id,
        exception_effects.worker_id,
        worker_keys.worker_key,
        worker_keys.full_name,
        exception_effects.requirement_id,
        exception_effects.ends_on,
        date_diff('day', run.today, exception_effects.ends_on) as days_left,
        exception_effects.ends_on < run.today as is_expired
    from exception_effects
    cross join run
    left join worker_keys on worker_keys.worker_id = exception_effects.worker_id
    where
        exception_effects.kind = 'waive'
        and exception_effects.approved_at <= run.as_of
        and exception_effects.ends_on >= cast(run.today - interval '7' day as date)
        and exception_effects.ends_on <= cast(run.today + interval '30' day as date)
        and exception_effects.starts_on <= run.today
        and exception_effects.no_effect_because is null
),

held as (
    select
        role_states.worker_id,
        role_states.job_code,
        role_states.job_title,
        role_states.site
    from role_states
    semi join effective on effective.worker_id = role_states.worker_id
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
        required_now.worker_key,
        required_now.requirement_id,
        string_agg(distinct required_now.known_state, ', ' order by required_now.known_state) as state_now
    from required_now
    semi join effective
        on effective.worker_key = required_now.worker_key
        and effective.requirement_id = required_now.requirement_id
    group by required_now.worker_key, required_now.requirement_id
),

described as (
    select
        effective.*,
        coalesce(requirement_keys.title, effective.requirement_id) as requirement,
        requirement_keys.severity,
        coalesce(held.job_title, held.job_code) as role,
        held.site,
        states_now.state_now,
        count(*) over (partition by effective.is_expired) as of_all
    from effective
    left join requirement_keys on requirement_keys.requirement_id = effective.requirement_id
    left join held on held.worker_id = effective.worker_id
    left join states_now
        on
            states_now.worker_key = effective.worker_key
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
