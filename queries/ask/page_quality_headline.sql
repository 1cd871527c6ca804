-- Grain:   one row
-- Answers: how many checks ran, how many did not pass and how gravely, how many rows were rejected, what is held?
-- Not for: a check by name (page_checks), a load by name (page_loads)
with checks as (
    select
        count(*) as checks,
        count(*) filter (where status = 'pass') as passed,
        count(*) filter (where status = 'error') as broken,
        count(*) filter (where status = 'fail' and severity in ('blocking', 'critical')) as grave
    from check_results
),

known_loads as (
    select loads.*
    from loads
    cross join run_parameters
    where loads.loaded_at <= run_parameters.known_at
),

deliveries as (
    select
        count(*) as loads,
        count(*) filter (where status = 'held') as held,
        coalesce(sum(rows_read), 0) as rows_read,
        coalesce(sum(rows_rejected), 0) as rows_rejected,
        count(*) filter (where rows_read <> rows_accepted + rows_rejected) as unbalanced
    from known_loads
)

select
    checks.checks,
    checks.passed,
    checks.broken,
    checks.grave,
    deliveries.loads,
    deliveries.held,
    cast(deliveries.rows_read as bigint) as rows_read,
    cast(deliveries.rows_rejected as bigint) as rows_rejected,
    deliveries.unbalanced
from checks
cross join deliveries
