-- Check:        no source is later than twice its expected interval at as_of
-- Feed:         each
-- Severity:     critical
-- Rows checked: sources
-- Do:           find out why the source stopped delivering; what changed since is not in these numbers
with

ages as (
    select
        loads.source,
        date_diff('second', max(loads.loaded_at), any_value(run_parameters.as_of)) / 3600.0 as age_hours,
    from loads
    cross join run_parameters
    where loads.status <> 'held' and loads.retakes is null and loads.loaded_at <= run_parameters.known_at
    group by loads.source
),

final as (
    select
        sources.source,
        sources.feed,
        ages.age_hours,
        sources.expect_every_hours,
    from sources
    inner join ages on sources.source = ages.source
    where ages.age_hours > 2 * sources.expect_every_hours
)

select * from final
