-- Grain:   one row per stretch of a gap with one cause
-- Key:     period_key, valid_from
-- Answers: why was a requirement not met, at each instant of a gap?
-- Not for: whole gaps (see gaps); an end after as_of is 9999-12-31 here
with

first_ends as (
    select
        worker_key,
        requirement_key,
        site_key,
        min(valid_to) as ended_from,
    from credential_intervals
    group by worker_key, requirement_key, site_key
),

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
        coalesce(periods_begun.held_from < untrained_segments.valid_from, false) as has_held,
        coalesce(first_ends.ended_from <= untrained_segments.valid_from, false) as has_ended,
    from untrained_segments
    inner join periods_begun on untrained_segments.period_key = periods_begun.period_key
    left join first_ends
        on periods_begun.worker_key = first_ends.worker_key
        and periods_begun.requirement_key = first_ends.requirement_key
        and periods_begun.site_key = first_ends.site_key
    where untrained_segments.state = 'gap'
),

late_stretches as (
    select
        gap_stretches.segment_key,
        requiring_stretches.valid_from,
        least(requiring_stretches.recorded_at, requiring_stretches.valid_to) as valid_to,
    from gap_stretches
    inner join requiring_stretches
        on gap_stretches.worker_key = requiring_stretches.worker_key
        and gap_stretches.requirement_key = requiring_stretches.requirement_key
        and gap_stretches.site_key = requiring_stretches.site_key
    where
        requiring_stretches.recorded_at > requiring_stretches.valid_from
        and requiring_stretches.recorded_at > gap_stretches.valid_from
        and requiring_stretches.valid_from < gap_stretches.valid_to
        and requiring_stretches.valid_to > gap_stretches.valid_from
),

gap_assignments as (
    select
        gap_stretches.segment_key,
        period_assignments.assigned_at,
        period_assignments.closed_at,
        period_assignments.closed_by,
        period_assignments.is_for_period,
        period_assignments.next_assigned_at,
    from gap_stretches
    inner join period_assignments on gap_stretches.period_key = period_assignments.period_key
),

facts as (
    select segment_key, 'late' as kind, valid_from, valid_to
    from late_stretches
    union all
    select
        gap_stretches.segment_key,
        'recorded' as kind,
        greatest(requiring_stretches.valid_from, requiring_stretches.recorded_at) as valid_from,
        requiring_stretches.valid_to,
    from gap_stretches
    semi join late_stretches on gap_stretches.segment_key = late_stretches.segment_key
    inner join requiring_stretches
        on gap_stretches.worker_key = requiring_stretches.worker_key
        and gap_stretches.requirement_key = requiring_stretches.requirement_key
        and gap_stretches.site_key = requiring_stretches.site_key
    union all
    select
        gap_stretches.segment_key,
        'no_account' as kind,
        accountless_periods.valid_from,
        accountless_periods.valid_to,
    from gap_stretches
    inner join accountless_periods on gap_stretches.person_key = accountless_periods.person_key
    union all
    select segment_key, 'open' as kind, assigned_at as valid_from, closed_at as valid_to
    from gap_assignments
    union all
    select
        segment_key,
        'assigned' as kind,
        min(assigned_at) as valid_from,
        timestamp '9999-12-31 00:00:00' as valid_to,
    from gap_assignments
    where is_for_period
    group by segment_key
    union all
    select
        segment_key,
        'removed' as kind,
        greatest(assigned_at, closed_at) as valid_from,
        next_assigned_at as valid_to,
    from gap_assignments
    where is_for_period and closed_by = 'removed'
),

clip_facts as (
    select
        facts.segment_key,
        facts.kind,
        greatest(gap_stretches.valid_from, facts.valid_from) as valid_from,
        least(gap_stretches.valid_to, facts.valid_to) as valid_to,
    from facts
    inner join gap_stretches on facts.segment_key = gap_stretches.segment_key
    where
        facts.valid_from < facts.valid_to
        and facts.valid_from < gap_stretches.valid_to
        and gap_stretches.valid_from < facts.valid_to
        and facts.valid_from <= (select as_of from run_parameters)
),

boundaries as (
    select segment_key, valid_from as happens_at, '' as kind, 0 as step
    from gap_stretches
    union all
    select segment_key, valid_from as happens_at, kind, 1 as step
    from clip_facts
    union all
    select segment_key, valid_to as happens_at, kind, -1 as step
    from clip_facts
    where valid_to <= (select as_of from run_parameters)
),

steps as (
    select
        segment_key,
        happens_at,
        sum(case when kind = 'late' then step else 0 end) as late_step,
        sum(case when kind = 'recorded' then step else 0 end) as recorded_step,
        sum(case when kind = 'no_account' then step else 0 end) as no_account_step,
        sum(case when kind = 'open' then step else 0 end) as open_step,
        sum(case when kind = 'assigned' then step else 0 end) as assigned_step,
        sum(case when kind = 'removed' then step else 0 end) as removed_step,
    from boundaries
    group by segment_key, happens_at
),

sweep as (
    select
        segment_key,
        happens_at as valid_from,
        lead(happens_at) over by_segment as next_at,
        sum(late_step) over by_segment as late,
        sum(recorded_step) over by_segment as recorded,
        sum(no_account_step) over by_segment as no_account,
        sum(open_step) over by_segment as is_open,
        sum(assigned_step) over by_segment as assigned,
        sum(removed_step) over by_segment as removed,
    from steps
    window by_segment as (partition by segment_key order by happens_at)
),

name_causes as (
    select
        gap_stretches.segment_key,
        gap_stretches.period_key,
        sweep.valid_from,
        coalesce(sweep.next_at, gap_stretches.valid_to) as valid_to,
        case
            when sweep.late > 0 and sweep.recorded = 0 then 'not_recorded'
            when sweep.no_account > 0 then 'no_account'
            when not gap_stretches.has_held and sweep.assigned = 0 then 'never_assigned'
            when sweep.is_open = 0 and sweep.removed > 0 then 'assignment_removed'
            when sweep.is_open = 0 and gap_stretches.has_ended then 'expired_unassigned'
            when gap_stretches.has_ended then 'expired'
            else 'not_completed'
        end as cause,
    from sweep
    inner join gap_stretches on sweep.segment_key = gap_stretches.segment_key
),

mark_changes as (
    select
        *,
        case
            when lag(cause) over by_segment = cause then 0
            else 1
        end as is_change,
    from name_causes
    where valid_from < valid_to
    window by_segment as (partition by segment_key order by valid_from)
),

number_causes as (
    select
        *,
        sum(is_change) over (
            partition by segment_key
            order by valid_from
        ) as cause_number,
    from mark_changes
),

final as (
    select
        segment_key,
        period_key,
        cause,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to,
    from number_causes
    group by segment_key, period_key, cause_number, cause
)

select * from final
