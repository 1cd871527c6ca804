-- Grain:   one row per worker, requirement and site per stretch of one state and cause
-- Key:     period_key, valid_from
-- Answers: the compliance timeline in numbers, for joins over many rows
-- Not for: reading (see compliance_timeline); the segment running at as_of ends 9999-12-31 here
with

-- what the untrained stretches of a period leave
untrained as (
    select period_key, valid_from, valid_to
    from untrained_stretches
    union all
    select period_key, valid_to as valid_from, valid_to
    from periods_begun
),

follow_untrained as (
    select
        period_key,
        valid_from,
        lag(valid_to) over (
            partition by period_key
            order by valid_from
        ) as earlier_valid_to,
    from untrained
),

trained as (
    select
        periods_begun.period_key,
        coalesce(follow_untrained.earlier_valid_to, periods_begun.valid_from) as valid_from,
        follow_untrained.valid_from as valid_to,
    from follow_untrained
    inner join periods_begun on follow_untrained.period_key = periods_begun.period_key
),

segments as (
    select
        period_key,
        (select state_rank from timeline_states where state = 'trained') as state_rank,
        'trained' as state,
        null as cause,
        valid_from,
        valid_to,
    from trained
    where valid_from < valid_to
    union all
    select
        untrained_segments.period_key,
        timeline_states.state_rank,
        untrained_segments.state,
        null as cause,
        untrained_segments.valid_from,
        untrained_segments.valid_to,
    from untrained_segments
    inner join timeline_states on untrained_segments.state = timeline_states.state
    where untrained_segments.state <> 'gap'
    union all
    select
        period_key,
        (select state_rank from timeline_states where state = 'gap') as state_rank,
        'gap' as state,
        cause,
        valid_from,
        valid_to,
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
        segments.state_rank,
        segments.state,
        segments.cause,
        segments.valid_from,
        segments.valid_to,
    from segments
    inner join periods_begun on segments.period_key = periods_begun.period_key
)

select * from final
-- what runs at as_of lies together, what is over too, and in each a worker's rows: whoever asks skips the others
order by valid_to = timestamp '9999-12-31 00:00:00', period_key
