-- Grain:   one row per requirement period that has begun by as_of
-- Key:     period_key
-- Answers: the required time up to as_of, with the end of its grace
-- Not for: what is required later (see required_intervals); an end after as_of is 9999-12-31 here
with

first_held as (
    select
        period_key,
        min(valid_from) as held_from,
    from period_credentials
    group by period_key
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
        first_held.held_from,
        least(
            required_intervals.valid_from + cast(requirement_keys.grace_days * 24 as integer) * interval '1' hour,
            first_held.held_from
        ) as grace_until,
    from required_intervals
    inner join requirement_keys on required_intervals.requirement_key = requirement_keys.requirement_key
    left join first_held on required_intervals.period_key = first_held.period_key
    where required_intervals.valid_from <= (select as_of from run_parameters)
)

select * from final
