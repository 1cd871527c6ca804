-- Grain:   one row
-- Answers: how many gaps are open at as_of, and what changed in the seven days before ($sites: a list; NULL is everything)?
-- Not for: rows to act on (digest_actions, digest_changes)
-- A gap belongs to its own site, else to the site of the role it opened under, for all its life: so the open gaps of
-- last week, plus the new, less the closed are the open gaps of today. gaps_elsewhere counts the open gaps that
-- opened under a role at another site, are not about that site, and are on people who work at these sites at as_of.
with run as (
    select
        as_of,
        as_of - interval '7' day as week_start
    from run_parameters
),

at_work_here as (
    select distinct role_states.worker_id
    from role_states
    cross join run
    where
        role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= run.as_of
        and (role_states.valid_to is null or role_states.valid_to > run.as_of)
        and list_contains(cast($sites as varchar[]), role_states.site)
),

elsewhere as (
    select count(*) as gaps_elsewhere
    from gaps
    semi join at_work_here on at_work_here.worker_id = gaps.worker_id
    where
        gaps.closed_at is null
        and gaps.site is null
        and not coalesce(list_contains(cast($sites as varchar[]), gaps.role_site), false)
),

scoped as (
    select *
    from scoped_gaps
    where
        (closed_at is null or closed_at > (select week_start from run))
        and (cast($sites as varchar[]) is null or list_contains(cast($sites as varchar[]), gap_site))
),

dated as (
    select
        scoped.*,
        scoped.closed_at is null as is_open,
        scoped.opened_at > run.week_start and scoped.closed_at is null as is_new,
        scoped.opened_at <= run.week_start and scoped.closed_at > run.week_start as is_closed,
        scoped.opened_at > run.week_start and scoped.closed_at is not null as is_short
    from scoped
    cross join run
),

counted as (
    select
        count(*) filter (where is_open) as open_gaps,
        count(*) filter (where is_new) as new_gaps,
        count(*) filter (where is_closed) as closed_gaps,
        count(*) filter (where is_short) as opened_and_closed,
        count(*) filter (where is_open and severity = 'critical') as critical_gaps,
        count(distinct person_key) filter (where is_open) as people,
        count(distinct gap_site) filter (where is_open) as sites,
        coalesce(max(exposure_days) filter (where is_open), 0) as longest_days,
        coalesce(sum(exposure_days) filter (where is_open), 0) as exposure_days
    from dated
),

final as (
    select *
    from counted
    cross join elsewhere
)

select * from final
