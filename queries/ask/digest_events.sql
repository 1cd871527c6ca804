-- Grain:   one row per event type with an action due by as_of
-- Answers: which HR events did the LMS never answer, and how long do its answers take ($sites: a list; NULL is
--          everything)?
-- Not for: the Kaplan-Meier latency of the integration (sync_latency): this median is over answered actions alone
-- An event belongs to the site after it, an end to the site before it.
with run as (
    select
        as_of,
        as_of - interval '7' day as week_start
    from run_parameters
),

scoped as (
    select *
    from scoped_answers
    where
        verdict in ('early', 'on_time', 'late', 'missing')
        and (cast($sites as varchar[]) is null or list_contains(cast($sites as varchar[]), event_site))
),

final as (
    select
        scoped.event_type,
        count(distinct scoped.event_key) as events,
        count(distinct scoped.event_key) filter (where scoped.verdict = 'missing') as unanswered_events,
        count(distinct scoped.event_key) filter (where scoped.verdict = 'missing' and scoped.due_at > run.week_start)
            as unanswered_since_last_week,
        count(*) filter (where scoped.verdict = 'missing') as missing_actions,
        count(*) filter (where scoped.verdict <> 'missing') as answered_actions,
        median(scoped.latency_hours) filter (where scoped.verdict <> 'missing') as median_latency_hours
    from scoped
    cross join run
    where scoped.due_at <= run.as_of
    group by scoped.event_type
)

select * from final
order by unanswered_events desc, event_type
