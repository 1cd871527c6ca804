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
    from gap_stretches
    inner join period_assignments on gap_stretches.period_key = period_assignments.period_key
),

first_assignments as (
    select
        period_key,
        min(assigned_at) as assigned_from,
    from period_assignments
    where is_for_period
    group by period_key
),

-- Few were removed: only there it matters which came next.
periods_with_removals as (
    select period_key
    from period_assignments
    where is_for_period and closed_by = 'removed'
),

follow_assignments as (
    select
        period_assignments.*,
        coalesce(
            lead(period_assignments.assigned_at) over (
                partition by period_assignments.period_key
                order by period_assignments.assigned_at, period_assignments.assignment_key
            ),
            timestamp '9999-12-31 00:00:00'
        ) as next_assigned_at,
    from period_assignments
    semi join periods_with_removals on period_assignments.period_key = periods_with_removals.period_key
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
        gap_stretches.segment_key,
        gap_stretches.valid_from as gap_from,
        gap_stretches.valid_to as gap_to,
        'removed' as kind,
        greatest(follow_assignments.assigned_at, follow_assignments.closed_at) as valid_from,
        follow_assignments.next_assigned_at as valid_to,
    from gap_stretches
    inner join follow_assignments on gap_stretches.period_key = follow_assignments.period_key
    where follow_assignments.is_for_period and follow_assignments.closed_by = 'removed'
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

-- What holds from end to end of a gap changes nothing within it, whatever else of its kind there is.
lasting_facts as (
    select segment_key, kind
    from clip_facts
    where valid_from = gap_from and not is_ended
),

lasting_kinds as (
    select
        segment_key,
        bool_or(kind = 'recorded') as is_recorded,
        bool_or(kind = 'no_account') as has_no_account,
        bool_or(kind = 'open') as is_open,
        bool_or(kind = 'removed') as is_removed,
    from lasting_facts
    group by segment_key
),

settled_gaps as (
    select
        gap_stretches.segment_key,
        gap_stretches.period_key,
        gap_stretches.valid_from,
        gap_stretches.valid_to,
        gap_stretches.has_held,
        gap_stretches.has_held or ended_before_period.segment_key is not null as has_ended,
        recorded_late.segment_key is null or coalesce(lasting_kinds.is_recorded, false) as is_recorded,
        coalesce(lasting_kinds.has_no_account, false) as has_no_account,
        coalesce(lasting_kinds.is_open, false) as is_open,
        coalesce(lasting_kinds.is_removed, false) as is_removed,
        first_assignments.assigned_from,
    from gap_stretches
    left join recorded_late on gap_stretches.segment_key = recorded_late.segment_key
    left join ended_before_period on gap_stretches.segment_key = ended_before_period.segment_key
    left join lasting_kinds on gap_stretches.segment_key = lasting_kinds.segment_key
    left join first_assignments on gap_stretches.period_key = first_assignments.period_key
),

changes as (
    select segment_key, assigned_from as happens_at, '' as kind, null as live_to
    from settled_gaps
    where assigned_from > valid_from and assigned_from < valid_to
    union all
    select clip_facts.segment_key, clip_facts.valid_from as happens_at, clip_facts.kind, clip_facts.valid_to as live_to
    from clip_facts
    anti join lasting_facts
        on clip_facts.segment_key = lasting_facts.segment_key
        and clip_facts.kind = lasting_facts.kind
    union all
    select clip_facts.segment_key, clip_facts.valid_to as happens_at, '' as kind, null as live_to
    from clip_facts
    anti join lasting_facts
        on clip_facts.segment_key = lasting_facts.segment_key
        and clip_facts.kind = lasting_facts.kind
    where clip_facts.is_ended
),

boundaries as (
    select settled_gaps.segment_key, settled_gaps.valid_from as happens_at, '' as kind, null as live_to
    from settled_gaps
    semi join changes on settled_gaps.segment_key = changes.segment_key
    union all
    select * from changes
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

moments as (
    select settled_gaps.*, settled_gaps.valid_from as happens_at, true as is_whole
    from settled_gaps
    anti join changes on settled_gaps.segment_key = changes.segment_key
    union all
    select
        settled_gaps.segment_key,
        settled_gaps.period_key,
        settled_gaps.valid_from,
        settled_gaps.valid_to,
        settled_gaps.has_held,
        settled_gaps.has_ended,
        settled_gaps.is_recorded or coalesce(sweep.recorded_to > sweep.valid_from, false) as is_recorded,
        settled_gaps.has_no_account or coalesce(sweep.no_account_to > sweep.valid_from, false) as has_no_account,
        settled_gaps.is_open or coalesce(sweep.open_to > sweep.valid_from, false) as is_open,
        settled_gaps.is_removed or coalesce(sweep.removed_to > sweep.valid_from, false) as is_removed,
        settled_gaps.assigned_from,
        sweep.valid_from as happens_at,
        false as is_whole,
    from sweep
    inner join settled_gaps on sweep.segment_key = settled_gaps.segment_key
    where sweep.next_at is null or sweep.next_at > sweep.valid_from
),

name_causes as (
    select
        segment_key,
        period_key,
        case
            when not is_recorded then 'not_recorded'
            when has_no_account then 'no_account'
            when not has_held and not coalesce(assigned_from <= happens_at, false) then 'never_assigned'
            when not is_open and is_removed then 'assignment_removed'
            when not has_ended then 'not_completed'
            when is_open then 'expired'
            else 'expired_unassigned'
        end as cause,
        happens_at as valid_from,
        valid_to,
        is_whole,
    from moments
),

mark_changes as (
    select
        *,
        lag(cause) over (
            partition by segment_key
            order by valid_from
        ) as earlier_cause,
    from name_causes
    where not is_whole
),

final as (
    select segment_key, period_key, cause, valid_from, valid_to
    from name_causes
    where is_whole
    union all
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
