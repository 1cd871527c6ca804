-- Grain:   one row per configured source
-- Answers: how old is each source's newest accepted load against what was promised, and what did its loads hold?
-- Not for: single loads (page_loads)
-- The age counts to the later of as_of and known_at: the report knows nothing newer. Loads after known_at don't count.
with run as (
    select
        known_at,
        greatest(as_of, known_at) as read_at
    from run_parameters
),

known_loads as (
    select loads.*
    from loads
    cross join run
    where loads.loaded_at <= run.known_at
),

accepted as (
    select
        source,
        max(loaded_at) as accepted_at
    from known_loads
    where status <> 'held'
    group by source
),

newest as (
    select
        known_loads.source,
        sum(known_loads.rows_read) as rows_read,
        sum(known_loads.rows_rejected) as rows_rejected
    from known_loads
    inner join accepted on accepted.source = known_loads.source and accepted.accepted_at = known_loads.loaded_at
    group by known_loads.source
),

totals as (
    select
        known_loads.source,
        count(*) as loads,
        sum(known_loads.rows_rejected) as rejected_ever,
        count(*) filter (
            where
            known_loads.status = 'held'
            and (accepted.accepted_at is null or known_loads.loaded_at >= accepted.accepted_at)
        ) as held_loads
    from known_loads
    left join accepted on accepted.source = known_loads.source
    group by known_loads.source
),

measured as (
    select
        sources.source,
        sources.feed,
        sources.mode,
        accepted.accepted_at,
        date_diff('second', accepted.accepted_at, run.read_at) / 3600.0 as age_hours,
        cast(sources.expect_every_hours as double) as expect_every_hours,
        coalesce(totals.loads, 0) as loads,
        newest.rows_read,
        newest.rows_rejected,
        coalesce(totals.rejected_ever, 0) as rejected_ever,
        coalesce(totals.held_loads, 0) as held_loads,
        sources.covers_from
    from sources
    cross join run
    left join accepted on accepted.source = sources.source
    left join newest on newest.source = sources.source
    left join totals on totals.source = sources.source
),

final as (
    select
        *,
        accepted_at is null as is_absent,
        coalesce(age_hours > expect_every_hours, false) as is_late
    from measured
)

select * from final
order by is_absent desc, is_late desc, held_loads desc, age_hours desc nulls first, source
