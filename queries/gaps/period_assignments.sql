-- Grain:   one row per requirement period with an untrained stretch, and assignment that counts for it
-- Key:     period_key, assignment_key
-- Answers: which assignments could have ended a gap?
-- Not for: periods without an untrained stretch
with

periods_with_stretches as (
    select periods_begun.*
    from periods_begun
    semi join untrained_stretches on periods_begun.period_key = untrained_stretches.period_key
),

matches as (
    select
        periods_with_stretches.period_key,
        periods_with_stretches.site_key,
        assignment_credits.assignment_key,
        assignment_credits.assigned_at,
        assignment_credits.closed_at,
        assignment_credits.closed_by,
        assignment_credits.assigned_at >= periods_with_stretches.valid_from - interval '30' day as is_for_period,
    from periods_with_stretches
    inner join assignment_credits
        on periods_with_stretches.person_key = assignment_credits.person_key
        and periods_with_stretches.requirement_key = assignment_credits.requirement_key
    where
        assignment_credits.site_key in (0, periods_with_stretches.site_key)
        and assignment_credits.assigned_at < periods_with_stretches.valid_to
),

final as (
    select * exclude (site_key)
    from matches
    where site_key = 0
    union all
    -- an assignment may count for any site, and for the period's own besides
    select distinct * exclude (site_key)
    from matches
    where site_key > 0
)

select * from final
