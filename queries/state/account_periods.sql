-- Grain:   one row per LMS account per time it was active
-- Key:     account_key, valid_from
-- Answers: when could an account be used?
-- Not for: logins; an account without created_at starts 0001-01-01, an open end is 9999-12-31 here
with

all_periods as (
    select account_key, person_key, opened_at as valid_from, least(closed_at, reopened_at) as valid_to
    from account_spans
    union all
    select account_key, person_key, reopened_at as valid_from, timestamp '9999-12-31 00:00:00' as valid_to
    from account_spans
),

final as (
    select *
    from all_periods
    where valid_from < valid_to
)

select * from final
