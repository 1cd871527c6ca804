-- Grain:   one row per stretch of a gap with one cause
-- Key:     period_key, valid_from
-- Answers: why was a requirement not met, at each instant of a gap?
-- Not for: whole gaps (see gaps); an end after as_of is 9999-12-31 here
with

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
        periods_begun.held_from,
    from untrained_segments
    inner join periods_begun on untrained_segments.period_key = periods_begun.period_key
    where untrained_segments.state = 'gap'
),

first_ends as (
    select
        worker_key,
        requirement_key,
        site_key,
        min(valid_to) as ended_from,
    from credential_intervals
    group by worker_key, requirement_key, site_key
),

facts as (
    select
        gap_stretches.segment_key,
        'recorded' as kind,
        greatest(requiring_stretches.valid_from, requiring_stretches.recorded_at) as valid_from,
        requiring_stretches.valid_to,
    from gap_stretches
    inner join requiring_stretches
        on gap_stretches.worker_key = requiring_stretches.worker_key
        and gap_stretches.requirement_key = requiring_stretches.requirement_key
        and gap_stretches.site_key = requiring_stretches.site_key
    where requiring_stretches.recorded_at < requiring_stretches.valid_to
    union all
    select
        gap_stretches.segment_key,
        'account' as kind,
        account_periods.valid_from,
        account_periods.valid_to,
    from gap_stretches
    inner join account_periods on gap_stretches.person_key = account_periods.person_key
    union all
    select
        gap_stretches.segment_key,
        'open' as kind,
        period_assignments.assigned_at as valid_from,
        period_assignments.closed_at as valid_to,
    from gap_stretches
    inner join period_assignments on gap_stretches.period_key = period_assignments.period_key
    union all
    select
        gap_stretches.segment_key,
        'assigned' as kind,
        period_assignments.assigned_at as valid_from,
        timestamp '9999-12-31 00:00:00' as valid_to,
    from gap_stretches
    inner join period_assignments on gap_stretches.period_key = period_assignments.period_key
    where period_assignments.is_for_period
    union all
    select
        gap_stretches.segment_key,
        'removed' as kind,
        greatest(period_assignments.assigned_at, period_assignments.closed_at) as valid_from,
        period_assignments.next_assigned_at as valid_to,
    from gap_stretches
    inner join period_assignments on gap_stretches.period_key = period_assignments.period_key
    where period_assignments.is_for_period and period_assignments.closed_by = 'removed'
    union all
    select
        segment_key,
        'held' as kind,
        held_from as valid_from,
        timestamp '9999-12-31 00:00:00' as valid_to,
    from gap_stretches
    where held_from is not null
    union all
    select
        gap_stretches.segment_key,
        'ended' as kind,
        first_ends.ended_from as valid_from,
        timestamp '9999-12-31 00:00:00' as valid_to,
    from gap_stretches
    inner join first_ends
        on gap_stretches.worker_key = first_ends.worker_key
        and gap_stretches.requirement_key = first_ends.requirement_key
        and gap_stretches.site_key = first_ends.site_key
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
    select clip_facts.segment_key, clip_facts.valid_to as happens_at, clip_facts.kind, -1 as step
    from clip_facts
    where clip_facts.valid_to <= (select as_of from run_parameters)
),

steps as (
    select
        segment_key,
        happens_at,
        sum(case when kind = 'recorded' then step else 0 end) as recorded_step,
        sum(case when kind = 'account' then step else 0 end) as account_step,
        sum(case when kind = 'open' then step else 0 end) as open_step,
        sum(case when kind = 'assigned' then step else 0 end) as assigned_step,
        sum(case when kind = 'removed' then step else 0 end) as removed_step,
        sum(case when kind = 'held' then step else 0 end) as held_step,
        sum(case when kind = 'ended' then step else 0 end) as ended_step,
    from boundaries
    group by segment_key, happens_at
),

sweep as (
    select
        segment_key,
        happens_at as valid_from,
        lead(happens_at) over by_segment as next_at,
        sum(recorded_step) over by_segment as recorded,
        sum(account_step) over by_segment as account,
        sum(open_step) over by_segment as is_open,
        sum(assigned_step) over by_segment as assigned,
        sum(removed_step) over by_segment as removed,
        sum(held_step) over by_segment as held,
        sum(ended_step) over by_segment as ended,
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
            when sweep.recorded = 0 then 'not_recorded'
            when sweep.account = 0 then 'no_account'
            when sweep.held = 0 and sweep.assigned = 0 then 'never_assigned'
            when sweep.is_open = 0 and sweep.removed > 0 then 'assignment_removed'
            when sweep.is_open = 0 and sweep.ended > 0 then 'expired_unassigned'
            when sweep.ended > 0 then 'expired'
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
