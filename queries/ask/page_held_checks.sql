-- Grain:   one row per check of a held load that did not pass
-- Answers: which checks kept a load out, and how many of its rows failed?
-- Not for: checks of the report (page_checks)
select
    load_checks.load_id,
    load_checks.check_id,
    load_checks.severity,
    load_checks.status,
    load_checks.rows_checked,
    load_checks.rows_failed,
    load_checks.detail
from load_checks
inner join loads on loads.load_id = load_checks.load_id
cross join run_parameters
where loads.status = 'held' and loads.loaded_at <= run_parameters.known_at and load_checks.status <> 'pass'
order by load_checks.load_id, load_checks.rows_failed desc, load_checks.check_id
