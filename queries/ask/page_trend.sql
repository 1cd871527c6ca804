-- Grain:   one row per week of the last year; week_ends_at is as_of and every seventh day before it
-- Answers: how many gaps were open at the end of each week, how many opened and closed in it, which runs failed?
-- Not for: single gaps (page_gaps)
with run as (
    select as_of
    from run_parameters
),

weeks as (
    select
        numbers.back,
        run.as_of - numbers.back * interval '7' day as week_ends_at,
        run.as_of - (numbers.back + 1) * interval '7' day as week_starts_at
    from (select unnest(range(0, 52)) as back) as numbers
    cross join run
),

scoped as (
    select
        opened_at,
        closed_at
    from scoped_gaps
    where
        (cast($site as varchar) is null or gap_site = $site)
        and (cast($department as varchar) is null or department = $department)
        and (cast($authority as varchar) is null or authority = $authority)
        and (cast($owner as varchar) is null or owner = $owner)
        and (cast($severity as varchar) is null or severity = $severity)
        and (cast($employment_type as varchar) is null or employment_type = $employment_type)
),

opened as (
    select
        least(cast(floor(date_diff('second', scoped.opened_at, run.as_of) / 604800.0) as bigint), 52) as back,
        count(*) as gaps
    from scoped
    cross join run
    group by 1
),

closed as (
    select
        least(cast(floor(date_diff('second', scoped.closed_at, run.as_of) / 604800.0) as bigint), 52) as back,
        count(*) as gaps
    from scoped
    cross join run
    where scoped.closed_at is not null
    group by 1
),

failed_runs as (
    select
        cast(floor(date_diff('second', staged_sync_runs.started_at, run.as_of) / 604800.0) as bigint) as back,
        count(*) as runs
    from staged_sync_runs
    cross join run
    where staged_sync_runs.status = 'failed' and staged_sync_runs.started_at <= run.as_of
    group by 1
),

known as (
    select min(valid_from) as first_at
    from role_states
),

final as (
    select
        weeks.week_ends_at,
        (select coalesce(sum(opened.gaps), 0) from opened where opened.back >= weeks.back)
        - (select coalesce(sum(closed.gaps), 0) from closed where closed.back >= weeks.back) as open_gaps,
        coalesce(opened_now.gaps, 0) as opened,
        coalesce(closed_now.gaps, 0) as closed,
        coalesce(failed_runs.runs, 0) as failed_runs
    from weeks
    cross join known
    left join opened as opened_now on opened_now.back = weeks.back
    left join closed as closed_now on closed_now.back = weeks.back
    left join failed_runs on failed_runs.back = weeks.back
    where weeks.week_ends_at >= known.first_at
)

select * from final
order by week_ends_at
