-- Grain:   one row per exception that has effect and time zone of a role of its worker
-- Key:     exception_key, timezone_key
-- Answers: from when to when does an exception hold for roles in that zone?
-- Not for: exceptions without effect (see exception_effects)
with

zones_of_workers as (
    select distinct
        role_intervals.worker_key,
        role_intervals.timezone_key,
        timezone_keys.timezone,
    from role_intervals
    semi join exception_effects on role_intervals.worker_key = exception_effects.worker_key
    inner join timezone_keys on role_intervals.timezone_key = timezone_keys.timezone_key
),

final as (
    select
        exception_effects.exception_key,
        exception_effects.exception_id,
        exception_effects.kind,
        exception_effects.worker_key,
        exception_effects.requirement_key,
        zones_of_workers.timezone_key,
        greatest(from_midnights.starts_at, exception_effects.approved_at) as valid_from,
        to_midnights.starts_at as valid_to,
    from exception_effects
    inner join zones_of_workers on exception_effects.worker_key = zones_of_workers.worker_key
    inner join local_midnights as from_midnights
        on zones_of_workers.timezone = from_midnights.timezone
        and exception_effects.starts_on = from_midnights.local_on
    inner join local_midnights as to_midnights
        on zones_of_workers.timezone = to_midnights.timezone
        and cast(exception_effects.ends_on + interval '1' day as date) = to_midnights.local_on
    where
        exception_effects.no_effect_because is null
        and greatest(from_midnights.starts_at, exception_effects.approved_at) < to_midnights.starts_at
)

select * from final
