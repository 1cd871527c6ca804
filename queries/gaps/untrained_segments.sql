-- Grain:   one row per stretch without valid training, cut where its state changes
-- Key:     period_key, valid_from
-- Answers: was a requirement without training waived, on leave, in grace, not evaluable, or a gap?
-- Not for: causes (see gap_segments); an end after as_of is 9999-12-31 here
with

completions_cover as (
    select max(covers_from) as covers_from
    from sources
    where feed = 'lms_completions'
),

leaves as (
    select worker_key, requirement_key, site_key
    from requiring_stretches
    where is_on_leave
),

overlays as (
    select period_key, 'waived' as kind, valid_from, valid_to
    from waiver_intervals
    union all
    select
        periods_begun.period_key,
        case when requiring_stretches.is_on_leave then 'on_leave' else 'at_work' end as kind,
        requiring_stretches.valid_from,
        requiring_stretches.valid_to,
    from periods_begun
    semi join leaves
        on periods_begun.worker_key = leaves.worker_key
        and periods_begun.requirement_key = leaves.requirement_key
        and periods_begun.site_key = leaves.site_key
    inner join requiring_stretches
        on periods_begun.worker_key = requiring_stretches.worker_key
        and periods_begun.requirement_key = requiring_stretches.requirement_key
        and periods_begun.site_key = requiring_stretches.site_key
    union all
    select period_key, 'in_grace' as kind, valid_from, grace_until as valid_to
    from periods_begun
    where grace_until > valid_from
    union all
    select periods_begun.period_key, 'not_evaluable' as kind, periods_begun.valid_from, completions_cover.covers_from as valid_to
    from periods_begun
    cross join completions_cover
    where completions_cover.covers_from > periods_begun.valid_from
),

clip_overlays as (
    select
        untrained_stretches.stretch_key,
        overlays.kind,
        greatest(untrained_stretches.valid_from, overlays.valid_from) as valid_from,
        least(untrained_stretches.valid_to, overlays.valid_to) as valid_to,
    from untrained_stretches
    inner join overlays on untrained_stretches.period_key = overlays.period_key
    where
        greatest(untrained_stretches.valid_from, overlays.valid_from)
        < least(untrained_stretches.valid_to, overlays.valid_to)
        and overlays.valid_from <= (select as_of from run_parameters)
        -- training ends grace for good
        and not (overlays.kind = 'in_grace' and untrained_stretches.is_after_training)
),

boundaries as (
    select stretch_key, valid_from as happens_at, '' as kind, 0 as step
    from untrained_stretches
    semi join clip_overlays on untrained_stretches.stretch_key = clip_overlays.stretch_key
    union all
    select stretch_key, valid_from as happens_at, kind, 1 as step
    from clip_overlays
    union all
    select clip_overlays.stretch_key, clip_overlays.valid_to as happens_at, clip_overlays.kind, -1 as step
    from clip_overlays
    where clip_overlays.valid_to <= (select as_of from run_parameters)
),

steps as (
    select
        stretch_key,
        happens_at,
        sum(case when kind = 'waived' then step end) as waived_step,
        sum(case when kind = 'on_leave' then step end) as on_leave_step,
        sum(case when kind = 'at_work' then step else 0 end) as at_work_step,
        sum(case when kind = 'in_grace' then step end) as in_grace_step,
        sum(case when kind = 'not_evaluable' then step end) as not_evaluable_step,
    from boundaries
    group by stretch_key, happens_at
),

sweep as (
    select
        stretch_key,
        happens_at as valid_from,
        lead(happens_at) over by_stretch as next_at,
        sum(waived_step) over by_stretch as waived,
        sum(on_leave_step) over by_stretch as on_leave,
        sum(at_work_step) over by_stretch as at_work,
        sum(in_grace_step) over by_stretch as in_grace,
        sum(not_evaluable_step) over by_stretch as not_evaluable,
    from steps
    window by_stretch as (partition by stretch_key order by happens_at)
),

name_states as (
    select
        untrained_stretches.period_key,
        untrained_stretches.is_after_training,
        sweep.valid_from,
        coalesce(sweep.next_at, untrained_stretches.valid_to) as valid_to,
        case
            when sweep.waived > 0 then 'waived'
            when sweep.on_leave > 0 and sweep.at_work = 0 then 'on_leave'
            when sweep.in_grace > 0 then 'in_grace'
            when sweep.not_evaluable > 0 then 'not_evaluable'
            else 'gap'
        end as state,
    from sweep
    inner join untrained_stretches on sweep.stretch_key = untrained_stretches.stretch_key
),

mark_changes as (
    select
        *,
        case
            when lag(valid_to) over by_period = valid_from and lag(state) over by_period = state then 0
            else 1
        end as is_change,
    from name_states
    where valid_from < valid_to
    window by_period as (partition by period_key order by valid_from)
),

number_segments as (
    select
        *,
        sum(is_change) over (
            partition by period_key
            order by valid_from
        ) as segment_number,
    from mark_changes
),

segments as (
    select
        period_key,
        is_after_training,
        state,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to,
    from number_segments
    group by period_key, segment_number, is_after_training, state
    union all
    -- nothing else applies: a gap from end to end
    select
        untrained_stretches.period_key,
        untrained_stretches.is_after_training,
        'gap' as state,
        untrained_stretches.valid_from,
        untrained_stretches.valid_to,
    from untrained_stretches
    anti join clip_overlays on untrained_stretches.stretch_key = clip_overlays.stretch_key
),

final as (
    select
        cast(row_number() over (order by period_key, valid_from) as integer) as segment_key,
        *,
    from segments
)

select * from final
