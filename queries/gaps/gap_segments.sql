-- Grain:   one row per stretch of a gap with one cause
-- Key:     period_key, valid_from
-- Answers: why was a requirement not met, at each instant of a gap?
-- Not for: whole gaps (see gaps); an end after as_of is 9999-12-31 here
with

-- No credential holds within a gap: whether one has held, or ended, is settled when the gap opens.
gap_stretches as (
    select
        untrained_segments.segment_key,
        untrained_segments.period_key,
        untrained_segments.valid_from,
        untrained_segments.valid_to,
        periods_begun.worker_key,
        periods_begun.person_key,
        periods_begun.requirement_key,
        periods_begun.site_key,
        untrained_segments.is_after_training
        or coalesce(periods_begun.waived_from < untrained_segments.valid_from, false) as has_held,
    from untrained_segments
    inner join periods_begun on untrained_segments.period_key = periods_begun.period_key
    where untrained_segments.state = 'gap'
),

ended_before_period as (
    select distinct gap_stretches.segment_key
    from gap_stretches
    inner join credential_intervals
        on gap_stretches.worker_key = credential_intervals.worker_key
        and gap_stretches.requirement_key = credential_intervals.requirement_key
        and gap_stretches.site_key = credential_intervals.site_key
        and gap_stretches.valid_from >= credential_intervals.valid_to
    where not gap_stretches.has_held
),

-- Where HR knew in time, nobody need ask when it did.
recorded_late as (
    select distinct gap_stretches.segment_key
    from gap_stretches
    inner join requiring_stretches
        on gap_stretches.worker_key = requiring_stretches.worker_key
        and gap_stretches.requirement_key = requiring_stretches.requirement_key
        and gap_stretches.site_key = requiring_stretches.site_key
    where
        requiring_stretches.recorded_at > requiring_stretches.valid_from
        and requiring_stretches.recorded_at > gap_stretches.valid_from
),

gap_assignments as (
    select
        gap_stretches.segment_key,
        gap_stretches.valid_from as gap_from,
        gap_stretches.valid_to as gap_to,
        period_assignments.assigned_at,
        period_assignments.closed_at,
        period_assignments.closed_by,
        period_assignments.is_for_period,
        period_assignments.next_assigned_at,
    from gap_stretches
    inner join period_assignments on gap_stretches.period_key = period_assignments.period_key
),

first_assignments as (
    select
        segment_key,
        min(assigned_at) as assigned_from,
    from gap_assignments
    where is_for_period
    group by segment_key
),

facts as (
    select
        gap_stretches.segment_key,
        gap_stretches.valid_from as gap_from,
        gap_stretches.valid_to as gap_to,
        'recorded' as kind,
        greatest(requiring_stretches.valid_from, requiring_stretches.recorded_at) as valid_from,
        requiring_stretches.valid_to,
    from gap_stretches
    semi join recorded_late on gap_stretches.segment_key = recorded_late.segment_key
    inner join requiring_stretches
        on gap_stretches.worker_key = requiring_stretches.worker_key
        and gap_stretches.requirement_key = requiring_stretches.requirement_key
        and gap_stretches.site_key = requiring_stretches.site_key
    union all
    select
        gap_stretches.segment_key,
        gap_stretches.valid_from as gap_from,
        gap_stretches.valid_to as gap_to,
        'no_account' as kind,
        accountless_periods.valid_from,
        accountless_periods.valid_to,
    from gap_stretches
    inner join accountless_periods on gap_stretches.person_key = accountless_periods.person_key
    union all
    select segment_key, gap_from, gap_to, 'open' as kind, assigned_at as valid_from, closed_at as valid_to
    from gap_assignments
    union all
    select
        segment_key,
        gap_from,
        gap_to,
        'removed' as kind,
        greatest(assigned_at, closed_at) as valid_from,
        next_assigned_at as valid_to,
    from gap_assignments
    where is_for_period and closed_by = 'removed'
),

clip_facts as (
    select
        segment_key,
        gap_from,
        kind,
        greatest(gap_from, valid_from) as valid_from,
        least(gap_to, valid_to) as valid_to,
        valid_to < gap_to and valid_to <= (select as_of from run_parameters) as is_ended,
    from facts
    where
        greatest(gap_from, valid_from) < least(gap_to, valid_to)
        and valid_from <= (select as_of from run_parameters)
),

open_throughout as (
    select distinct segment_key
    from clip_facts
    where kind = 'open' and valid_from = gap_from and not is_ended
),

boundaries as (
    select segment_key, valid_from as happens_at, '' as kind, null as live_to
    from gap_stretches
    union all
    select first_assignments.segment_key, first_assignments.assigned_from as happens_at, '' as kind, null as live_to
    from first_assignments
    inner join gap_stretches
        on first_assignments.segment_key = gap_stretches.segment_key
        and first_assignments.assigned_from > gap_stretches.valid_from
        and first_assignments.assigned_from < gap_stretches.valid_to
    union all
    select clip_facts.segment_key, clip_facts.valid_from as happens_at, clip_facts.kind, clip_facts.valid_to as live_to
    from clip_facts
    anti join open_throughout
        on clip_facts.kind = 'open'
        and clip_facts.segment_key = open_throughout.segment_key
    union all
    select segment_key, valid_to as happens_at, '' as kind, null as live_to
    from clip_facts
    where is_ended
),

-- a fact is live when the furthest end among those that have begun lies ahead; rows of one instant see the same
sweep as (
    select
        segment_key,
        happens_at as valid_from,
        lead(happens_at) over by_segment as next_at,
        max(case when kind = 'recorded' then live_to end) over by_segment as recorded_to,
        max(case when kind = 'no_account' then live_to end) over by_segment as no_account_to,
        max(case when kind = 'open' then live_to end) over by_segment as open_to,
        max(case when kind = 'removed' then live_to end) over by_segment as removed_to,
    from boundaries
    window by_segment as (partition by segment_key order by happens_at)
),

live_facts as (
    select
        segment_key,
        valid_from,
        next_at,
        coalesce(recorded_to > valid_from, false) as is_recorded,
        coalesce(no_account_to > valid_from, false) as has_no_account,
        coalesce(open_to > valid_from, false) as is_open,
        coalesce(removed_to > valid_from, false) as is_removed,
    from sweep
    where next_at is null or next_at > valid_from
),

name_causes as (
    select
        gap_stretches.segment_key,
        gap_stretches.period_key,
        live_facts.valid_from,
        gap_stretches.valid_to,
        case
            when recorded_late.segment_key is not null and not live_facts.is_recorded then 'not_recorded'
            when live_facts.has_no_account then 'no_account'
            when not gap_stretches.has_held and not coalesce(first_assignments.assigned_from <= live_facts.valid_from, false)
                then 'never_assigned'
            when not (live_facts.is_open or open_throughout.segment_key is not null) and live_facts.is_removed
                then 'assignment_removed'
            when not (gap_stretches.has_held or ended_before_period.segment_key is not null) then 'not_completed'
            when live_facts.is_open or open_throughout.segment_key is not null then 'expired'
            else 'expired_unassigned'
        end as cause,
    from live_facts
    inner join gap_stretches on live_facts.segment_key = gap_stretches.segment_key
    left join recorded_late on gap_stretches.segment_key = recorded_late.segment_key
    left join ended_before_period on gap_stretches.segment_key = ended_before_period.segment_key
    left join first_assignments on gap_stretches.segment_key = first_assignments.segment_key
    left join open_throughout on gap_stretches.segment_key = open_throughout.segment_key
),

mark_changes as (
    select
        *,
        lag(cause) over (
            partition by segment_key
            order by valid_from
        ) as earlier_cause,
    from name_causes
),

final as (
    select
        segment_key,
        period_key,
        cause,
        valid_from,
        coalesce(
            lead(valid_from) over (
                partition by segment_key
                order by valid_from
            ),
            valid_to
        ) as valid_to,
    from mark_changes
    where earlier_cause is distinct from cause
)

select * from final
