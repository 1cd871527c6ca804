-- Grain:   one row per worker, requirement and site per stretch of one state and cause
-- Key:     period_key, valid_from
-- Answers: the compliance timeline in numbers, for joins over many rows
-- Not for: reading (see compliance_timeline); the segment running at as_of ends 9999-12-31 here
with

follow_stretches as (
    select
        period_key,
        is_after_training,
        valid_from,
        valid_to,
        row_number() over by_period = 1 as is_first,
        lead(valid_from) over by_period as next_from,
    from untrained_stretches
    window by_period as (partition by period_key order by valid_from)
),

-- what the untrained stretches of a period leave; NULL is where the period starts, or ends
trained as (
    select period_key, null as valid_from, valid_from as valid_to
    from follow_stretches
    where is_first and is_after_training
    union all
    select period_key, valid_to as valid_from, next_from as valid_to
    from follow_stretches
    where valid_to < timestamp '9999-12-31 00:00:00'
),

parts as (
    select
        period_key,
        (select state_rank from timeline_states where state = 'trained') as state_rank,
        'trained' as state,
        null as cause,
        valid_from,
        valid_to,
    from trained
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

segments as (
    select
        parts.period_key,
        periods_begun.worker_key,
        periods_begun.person_key,
        periods_begun.requirement_key,
        periods_begun.site_key,
        periods_begun.is_site_specific,
        parts.state_rank,
        parts.state,
        parts.cause,
        coalesce(parts.valid_from, periods_begun.valid_from) as valid_from,
        coalesce(parts.valid_to, periods_begun.valid_to) as valid_to,
    from parts
    inner join periods_begun on parts.period_key = periods_begun.period_key
    union all
    -- trained from end to end
    select
        periods_begun.period_key,
        periods_begun.worker_key,
        periods_begun.person_key,
        periods_begun.requirement_key,
        periods_begun.site_key,
        periods_begun.is_site_specific,
        (select state_rank from timeline_states where state = 'trained') as state_rank,
        'trained' as state,
        null as cause,
        periods_begun.valid_from,
        periods_begun.valid_to,
    from periods_begun
    anti join untrained_stretches on periods_begun.period_key = untrained_stretches.period_key
),

final as (
    select *
    from segments
    where valid_from < valid_to
)

select * from final
-- what runs at as_of lies together, what is over too, and in each a worker's rows: whoever asks skips the others
order by valid_to = timestamp '9999-12-31 00:00:00', period_key
