-- Grain:   one row per boundary
-- Key:     none (boundaries may coincide)
-- Answers: the work no sweep can do without: every start and end of requirement periods, credentials and crediting
--          assignments, in order
-- Not for: anything but measuring
with

boundaries as (
    select worker_key as holder_key, requirement_key, site_key, valid_from as happens_at from required_intervals
    union all
    select worker_key as holder_key, requirement_key, site_key, valid_to as happens_at from required_intervals
    union all
    select worker_key as holder_key, requirement_key, site_key, valid_from as happens_at from credential_intervals
    union all
    select worker_key as holder_key, requirement_key, site_key, valid_to as happens_at from credential_intervals
    union all
    select person_key as holder_key, requirement_key, site_key, assigned_at as happens_at from assignment_credits
    union all
    select person_key as holder_key, requirement_key, site_key, closed_at as happens_at from assignment_credits
)

select * from boundaries
order by holder_key, requirement_key, site_key, happens_at
