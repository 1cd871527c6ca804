-- Grain:   one row per requirement period and stretch of it that a waiver covers
-- Key:     period_key, valid_from, valid_to
-- Answers: when was a requirement waived for a worker, by an exception or by the LMS?
-- Not for: waivers without effect (see exception_effects)
with

by_exception as (
    select
        required_intervals.period_key,
        greatest(requiring_stretches.valid_from, exception_windows.valid_from) as valid_from,
        least(requiring_stretches.valid_to, exception_windows.valid_to) as valid_to,
    from exception_windows
    inner join role_intervals
        on exception_windows.worker_key = role_intervals.worker_key
        and exception_windows.timezone_key = role_intervals.timezone_key
    inner join requiring_stretches
        on role_intervals.role_key = requiring_stretches.role_key
        and exception_windows.requirement_key = requiring_stretches.requirement_key
    inner join required_intervals
        on requiring_stretches.worker_key = required_intervals.worker_key
        and requiring_stretches.requirement_key = required_intervals.requirement_key
        and requiring_stretches.site_key = required_intervals.site_key
        and requiring_stretches.valid_from >= required_intervals.valid_from
        and requiring_stretches.valid_from < required_intervals.valid_to
    where
        exception_windows.kind = 'waive'
        and requiring_stretches.valid_from < exception_windows.valid_to
        and exception_windows.valid_from < requiring_stretches.valid_to
),

by_credential as (
    select
        required_intervals.period_key,
        greatest(required_intervals.valid_from, credential_intervals.valid_from) as valid_from,
        least(required_intervals.valid_to, credential_intervals.valid_to) as valid_to,
    from credential_intervals
    inner join required_intervals
        on credential_intervals.worker_key = required_intervals.worker_key
        and credential_intervals.requirement_key = required_intervals.requirement_key
        and credential_intervals.site_key = required_intervals.site_key
        and credential_intervals.valid_from < required_intervals.valid_to
        and required_intervals.valid_from < credential_intervals.valid_to
    where not credential_intervals.is_trained
),

final as (
    select * from by_exception
    union
    select * from by_credential
)

select * from final
