-- Grain:   one row per worker, requirement and site per stretch of one state and cause
-- Key:     period_key, valid_from
-- Answers: the compliance timeline in numbers, for joins over many rows
-- Not for: reading (see compliance_timeline); the segment running at as_of ends 9999-12-31 here
with

segments as (
    select period_key, 'trained' as state, null as cause, valid_from, valid_to
    from trained_stretches
    union all
    select period_key, state, null as cause, valid_from, valid_to
    from untrained_segments
    where state <> 'gap'
    union all
    select period_key, 'gap' as state, cause, valid_from, valid_to
    from gap_segments
),

final as (
    select
        segments.period_key,
        periods_begun.worker_key,
        periods_begun.person_key,
        periods_begun.requirement_key,
        periods_begun.site_key,
        periods_begun.is_site_specific,
        segments.state,
        segments.cause,
        segments.valid_from,
        segments.valid_to,
    from segments
    inner join periods_begun on segments.period_key = periods_begun.period_key
)

select * from final
