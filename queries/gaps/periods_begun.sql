-- Grain:   one row per requirement period that has begun by as_of
-- Key:     period_key
-- Answers: the required time up to as_of, with the end of its grace
-- Not for: what is required later (see required_intervals); grace ends with the first training besides (see
--          untrained_segments); an end after as_of is 9999-12-31 here
with

first_waived as (
    select
        required_intervals.period_key,
        min(greatest(required_intervals.valid_from, credential_intervals.valid_from)) as waived_from,
    from credential_intervals
    inner join required_intervals
        on credential_intervals.worker_key = required_intervals.worker_key
        and credential_intervals.requirement_key = required_intervals.requirement_key
        and credential_intervals.site_key = required_intervals.site_key
        and credential_intervals.valid_from < required_intervals.valid_to
        and required_intervals.valid_from < credential_intervals.valid_to
    where not credential_intervals.is_trained
    group by required_intervals.period_key
),

final as (
    select
        required_intervals.period_key,
        required_intervals.worker_key,
        required_intervals.person_key,
        required_intervals.requirement_key,
        required_intervals.site_key,
        required_intervals.is_site_specific,
        required_intervals.valid_from,
        case
            when required_intervals.valid_to > (select as_of from run_parameters) then timestamp '9999-12-31 00:00:00'
            else required_intervals.valid_to
        end as valid_to,
        first_waived.waived_from,
        least(
            required_intervals.valid_from + cast(requirement_keys.grace_days * 24 as integer) * interval '1' hour,
            first_waived.waived_from
        ) as grace_until,
    from required_intervals
    inner join requirement_keys on required_intervals.requirement_key = requirement_keys.requirement_key
    left join first_waived on required_intervals.period_key = first_waived.period_key
    where required_intervals.valid_from <= (select as_of from run_parameters)
)

select * from final
