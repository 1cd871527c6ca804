-- Grain:   one row per month (of the organisation's calendar, the twelve to as_of), cause, site, department, employment
--          type, authority and severity in which somebody stood in a gap
-- Key:     month, cause, gap_site, department, employment_type, authority, severity
-- Answers: how many days did people stand in a gap, month by month, and why?
-- Not for: single gaps (scoped_gaps)
-- A gap counts with the days of it that fall in the month, whether it has closed since or not.
with

run as (
    select
        as_of,
        organisation_timezone,
        date_trunc('month', timezone(organisation_timezone, timezone('UTC', as_of))) as this_month,
    from run_parameters
),

local_months as (
    select
        run.organisation_timezone,
        run.as_of,
        run.this_month - backs.back * interval '1' month as starts_at,
        run.this_month - (backs.back - 1) * interval '1' month as ends_at,
    from run
    cross join (select unnest(range(0, 12)) as back) as backs
),

months as (
    select
        cast(starts_at as date) as month,
        timezone('UTC', timezone(organisation_timezone, starts_at)) as starts_at,
        least(timezone('UTC', timezone(organisation_timezone, ends_at)), as_of) as ends_at,
    from local_months
),

pieces as (
    select
        months.month,
        gap_segments.segment_key,
        gap_segments.cause,
        epoch_us(least(gap_segments.valid_to, months.ends_at)) - epoch_us(greatest(gap_segments.valid_from, months.starts_at))
            as microseconds,
    from months
    inner join gap_segments on months.ends_at > gap_segments.valid_from and months.starts_at < gap_segments.valid_to
    where gap_segments.valid_to > (select min(starts_at) from months)
),

final as (
    select
        pieces.month,
        pieces.cause,
        gap_causes.owner,
        scoped_gaps.gap_site,
        scoped_gaps.department,
        scoped_gaps.employment_type,
        scoped_gaps.authority,
        scoped_gaps.severity,
        sum(pieces.microseconds) / 86400000000.0 as gap_days,
    from pieces
    inner join gap_causes on pieces.cause = gap_causes.cause
    inner join scoped_gaps on pieces.segment_key = scoped_gaps.segment_key
    group by
        pieces.month,
        pieces.cause,
        gap_causes.owner,
        scoped_gaps.gap_site,
        scoped_gaps.department,
        scoped_gaps.employment_type,
        scoped_gaps.authority,
        scoped_gaps.severity
)

select * from final
