-- Grain:   one row per time zone and date that a date in the feeds or the policy names
-- Key:     timezone, local_on
-- Answers: at which UTC instant does a local date start?
-- Not for: clock times (loaders convert those)
with

zones as (
    select timezone from site_keys where timezone is not null
    union
    select source_timezone as timezone from staged_role_history
    union
    select organisation_timezone as timezone from run_parameters
),

dates as (
    select effective_from_on as local_on from staged_role_history
    union
    select effective_to_on as local_on from staged_role_history
    union
    select cast(contract_end_on + interval '1' day as date) as local_on from staged_role_history
    union
    select effective_from as local_on from policy_requirement_rules
    union
    select effective_to as local_on from policy_requirement_rules
    union
    select starts_on as local_on from policy_exceptions
    union
    select cast(ends_on + interval '1' day as date) as local_on from policy_exceptions
    union
    select valid_from as local_on from policy_course_credits
    union
    select valid_to as local_on from policy_course_credits
    union
    select effective_on as local_on from policy_retrain_orders
),

convert_with_the_offset_after as (
    select
        zones.timezone,
        dates.local_on,
        cast(dates.local_on as timestamp) as local_midnight,
        timezone('UTC', timezone(zones.timezone, cast(dates.local_on as timestamp))) as late_instant,
    from zones
    cross join dates
    where dates.local_on is not null
),

-- The engine answers with the offset after a clock change; the offset of the day before gives the other candidate.
convert_with_the_offset_before as (
    select
        *,
        local_midnight - (
            timezone(timezone, timezone('UTC', late_instant - interval '1' day)) - (late_instant - interval '1' day)
        ) as early_instant,
    from convert_with_the_offset_after
),

final as (
    select
        timezone,
        local_on,
        -- of a midnight that a clock change skips both candidates are the instant of the change
        case
            when timezone(timezone, timezone('UTC', early_instant)) = local_midnight then least(early_instant, late_instant)
            else late_instant
        end as starts_at,
    from convert_with_the_offset_before
)

select * from final
