-- Grain:   one row per stretch of required time without valid training
-- Key:     worker_key, requirement_key, site_key, opened_at
-- Answers: the question put to PostgreSQL: multiranges of required time less multiranges of held time
-- Not for: DuckDB (the dialect is PostgreSQL's)
with

required as (
    select
        worker_key,
        requirement_key,
        site_key,
        range_agg(tsrange(valid_from, valid_to)) as required_time
    from periods
    group by worker_key, requirement_key, site_key
),

held as (
    select
        worker_key,
        requirement_key,
        site_key,
        range_agg(tsrange(valid_from, valid_to)) as held_time
    from credentials
    group by worker_key, requirement_key, site_key
),

untrained as (
    select
        required.worker_key,
        required.requirement_key,
        required.site_key,
        unnest(required.required_time - coalesce(held.held_time, '{}'::tsmultirange)) as stretch
    from required
    left join held
        on required.worker_key = held.worker_key
        and required.requirement_key = held.requirement_key
        and required.site_key = held.site_key
)

select
    worker_key,
    requirement_key,
    site_key,
    lower(stretch) as opened_at,
    upper(stretch) as closed_at
from untrained
