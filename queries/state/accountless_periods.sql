-- Grain:   one row per person and unbroken time without an active LMS account
-- Key:     person_key, valid_from
-- Answers: when could a person not have used the LMS?
-- Not for: leavers (they need no account); the first starts 0001-01-01, an open end is 9999-12-31
with

cover as (
    select person_key, valid_from, valid_to
    from account_periods
    where person_key is not null
    union all
    select
        person_key,
        timestamp '9999-12-31 00:00:00' as valid_from,
        timestamp '9999-12-31 00:00:00' as valid_to,
    from worker_keys
),

reach_of_earlier_cover as (
    select
        person_key,
        coalesce(
            max(valid_to) over (
                partition by person_key
                order by valid_from, valid_to
                rows between unbounded preceding and 1 preceding
            ),
            timestamp '0001-01-01 00:00:00'
        ) as valid_from,
        valid_from as valid_to,
    from cover
),

final as (
    select *
    from reach_of_earlier_cover
    where valid_from < valid_to
)

select * from final
