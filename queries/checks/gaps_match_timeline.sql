-- Check:        the gaps of a worker and requirement last as long as its gap segments in the timeline
-- Feed:         models
-- Severity:     blocking
-- Rows checked: gaps
-- Do:           nothing is published; report it with the rows in check_failures
with

segment_days as (
    select
        segments.worker_id,
        segments.requirement_id,
        segments.site,
        sum(
            date_diff(
                'microsecond',
                segments.valid_from,
                coalesce(segments.valid_to, run_parameters.as_of)
            ) / 86400000000.0
        ) as days,
    from compliance_timeline as segments
    cross join run_parameters
    where segments.state = 'gap'
    group by segments.worker_id, segments.requirement_id, segments.site
),

gap_days as (
    select
        worker_id,
        requirement_id,
        site,
        sum(exposure_days) as days,
    from gaps
    group by worker_id, requirement_id, site
),

final as (
    select
        coalesce(gap_days.worker_id, segment_days.worker_id) as worker_id,
        coalesce(gap_days.requirement_id, segment_days.requirement_id) as requirement_id,
        coalesce(gap_days.site, segment_days.site) as site,
        gap_days.days as days_in_gaps,
        segment_days.days as days_in_timeline,
    from gap_days
    full outer join segment_days
        on
            gap_days.worker_id = segment_days.worker_id
            and gap_days.requirement_id = segment_days.requirement_id
            and gap_days.site is not distinct from segment_days.site
    where
        gap_days.days is null
        or segment_days.days is null
        or abs(gap_days.days - segment_days.days) > 0.001
)

select * from final
