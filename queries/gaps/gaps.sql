-- Grain:   one row per unbroken run of gap segments
-- Key:     gap_id
-- Answers: which gaps were there, how long, why, who can end them, and which HR event opened them?
-- Not for: counting people (one worker may have several)
with

gap_runs as (
    select
        untrained_segments.segment_key,
        untrained_segments.period_key,
        untrained_segments.valid_from as opened_at,
        untrained_segments.valid_to,
        -- between two untrained segments that do not meet lies training
        case
            when nexts.state is not null then nexts.state
            when untrained_segments.valid_to < periods_begun.valid_to then 'trained'
        end as next_state,
        periods_begun.worker_key,
        periods_begun.requirement_key,
        periods_begun.site_key,
    from untrained_segments
    inner join periods_begun on untrained_segments.period_key = periods_begun.period_key
    left join untrained_segments as nexts
        on untrained_segments.period_key = nexts.period_key
        and untrained_segments.valid_to = nexts.valid_from
    where untrained_segments.state = 'gap'
),

time_parts as (
    select
        gap_segments.segment_key,
        gap_segments.cause,
        gap_segments.valid_from = gap_runs.opened_at as is_first,
        gap_segments.valid_to = gap_runs.valid_to as is_last,
        epoch_us(least(gap_segments.valid_to, (select as_of from run_parameters))) - epoch_us(gap_segments.valid_from)
            as exposure,
    from gap_segments
    inner join gap_runs on gap_segments.segment_key = gap_runs.segment_key
),

parts_of_gaps as (
    select
        segment_key,
        case when is_first then cause end as first_cause,
        case when is_last then cause end as cause,
        is_first and is_last as is_whole,
        exposure,
        case when cause = 'not_recorded' then exposure else 0 end as not_recorded,
        case when cause = 'no_account' then exposure else 0 end as no_account,
        case when cause = 'never_assigned' then exposure else 0 end as never_assigned,
        case when cause = 'assignment_removed' then exposure else 0 end as assignment_removed,
        case when cause = 'expired_unassigned' then exposure else 0 end as expired_unassigned,
        case when cause = 'expired' then exposure else 0 end as expired,
        case when cause = 'not_completed' then exposure else 0 end as not_completed,
    from time_parts
),

-- most gaps have one cause from end to end: only the parts of the others are added up
sum_causes as (
    select * exclude (is_whole)
    from parts_of_gaps
    where is_whole
    union all
    select
        segment_key,
        max(first_cause) as first_cause,
        max(cause) as cause,
        sum(exposure) as exposure,
        sum(not_recorded) as not_recorded,
        sum(no_account) as no_account,
        sum(never_assigned) as never_assigned,
        sum(assignment_removed) as assignment_removed,
        sum(expired_unassigned) as expired_unassigned,
        sum(expired) as expired,
        sum(not_completed) as not_completed,
    from parts_of_gaps
    where not is_whole
    group by segment_key
),

days_of_gaps as (
    select
        segment_key,
        first_cause,
        cause,
        exposure / 86400000000.0 as exposure_days,
        not_recorded / 86400000000.0 as days_not_recorded,
        no_account / 86400000000.0 as days_no_account,
        never_assigned / 86400000000.0 as days_never_assigned,
        assignment_removed / 86400000000.0 as days_assignment_removed,
        expired_unassigned / 86400000000.0 as days_expired_unassigned,
        expired / 86400000000.0 as days_expired,
        not_completed / 86400000000.0 as days_not_completed,
    from sum_causes
),

main_roles as (
    select
        gap_runs.segment_key,
        gap_runs.opened_at,
        min(requiring_stretches.role_key) as role_key,
    from gap_runs
    inner join requiring_stretches
        on gap_runs.worker_key = requiring_stretches.worker_key
        and gap_runs.requirement_key = requiring_stretches.requirement_key
        and gap_runs.site_key = requiring_stretches.site_key
        and gap_runs.opened_at >= requiring_stretches.valid_from
        and gap_runs.opened_at < requiring_stretches.valid_to
    group by gap_runs.segment_key, gap_runs.opened_at
),

-- who held which role when the gap opened, and what happened to them then
openings as (
    select
        main_roles.segment_key,
        worker_keys.worker_key,
        worker_keys.person_key,
        worker_keys.worker_id,
        worker_keys.person_id,
        role_intervals.job_code,
        role_intervals.department,
        role_intervals.employment_type,
        role_intervals.site as role_site,
        hr_events.event_id,
    from main_roles
    inner join role_intervals on main_roles.role_key = role_intervals.role_key
    inner join worker_keys on role_intervals.worker_key = worker_keys.worker_key
    left join hr_events
        on role_intervals.worker_key = hr_events.worker_key
        and main_roles.opened_at = hr_events.effective_at
        and hr_events.rank_at_instant = 1
        and not hr_events.is_end
),

final as (
    select
        md5(concat_ws(
            '|',
            openings.worker_id,
            requirement_keys.requirement_id,
            coalesce(site_keys.site, ''),
            cast(gap_runs.opened_at as varchar)
        )) as gap_id,
        openings.worker_id,
        openings.person_id,
        requirement_keys.requirement_id,
        site_keys.site,
        gap_runs.opened_at,
        nullif(gap_runs.valid_to, timestamp '9999-12-31 00:00:00') as closed_at,
        case
            when gap_runs.valid_to = timestamp '9999-12-31 00:00:00' then null
            when gap_runs.next_state = 'trained' then 'completion'
            when gap_runs.next_state = 'waived' then 'waiver'
            when gap_runs.next_state = 'on_leave' then 'leave'
            when gap_runs.next_state is null then 'role_end'
        end as closed_by,
        days_of_gaps.exposure_days,
        days_of_gaps.first_cause,
        days_of_gaps.cause,
        gap_causes.owner,
        days_of_gaps.days_not_recorded,
        days_of_gaps.days_no_account,
        days_of_gaps.days_never_assigned,
        days_of_gaps.days_assignment_removed,
        days_of_gaps.days_expired_unassigned,
        days_of_gaps.days_expired,
        days_of_gaps.days_not_completed,
        requirement_keys.severity,
        requirement_keys.citation,
        openings.job_code,
        openings.department,
        openings.role_site,
        openings.event_id,
        openings.employment_type,
        gap_runs.segment_key,
        gap_runs.period_key,
        gap_runs.worker_key,
        openings.person_key,
    from gap_runs
    inner join days_of_gaps on gap_runs.segment_key = days_of_gaps.segment_key
    inner join openings on gap_runs.segment_key = openings.segment_key
    inner join requirement_keys on gap_runs.requirement_key = requirement_keys.requirement_key
    left join gap_causes on days_of_gaps.cause = gap_causes.cause
    left join site_keys on gap_runs.site_key = site_keys.site_key
)

select * from final
-- open gaps lie together, closed ones too, and in each a worker's rows: whoever asks skips the others
order by closed_at is not null, worker_key
