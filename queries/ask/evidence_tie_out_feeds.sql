-- Grain:   one row per feed
-- Answers: do the rows read from each feed equal those accepted plus those rejected, and how many are in force?
-- Not for: single loads (see the sources)
with

in_force as (
    select 'workers' as feed, count(*) as rows_in_force from staged_workers
    union all
    select 'role_history' as feed, count(*) as rows_in_force from staged_role_history
    union all
    select 'sites' as feed, count(*) as rows_in_force from staged_sites
    union all
    select 'jobs' as feed, count(*) as rows_in_force from staged_jobs
    union all
    select 'lms_accounts' as feed, count(*) as rows_in_force from staged_lms_accounts
    union all
    select 'lms_logins' as feed, count(*) as rows_in_force from staged_lms_logins
    union all
    select 'lms_courses' as feed, count(*) as rows_in_force from staged_lms_courses
    union all
    select 'lms_assignments' as feed, count(*) as rows_in_force from staged_lms_assignments
    union all
    select 'lms_completions' as feed, count(*) as rows_in_force from staged_lms_completions
    union all
    select 'sync_runs' as feed, count(*) as rows_in_force from staged_sync_runs
    union all
    select 'sync_errors' as feed, count(*) as rows_in_force from staged_sync_errors
    union all
    select 'hris_training_records' as feed, count(*) as rows_in_force from staged_hris_training_records
),

counted as (
    select
        loads.feed,
        count(*) as loads,
        cast(sum(loads.rows_read) as bigint) as rows_read,
        cast(sum(loads.rows_accepted) as bigint) as rows_accepted,
        cast(sum(loads.rows_rejected) as bigint) as rows_rejected,
    from loads
    group by loads.feed
),

final as (
    select
        in_force.feed,
        coalesce(counted.loads, 0) as loads,
        coalesce(counted.rows_read, 0) as rows_read,
        coalesce(counted.rows_accepted, 0) as rows_accepted,
        coalesce(counted.rows_rejected, 0) as rows_rejected,
        in_force.rows_in_force,
    from in_force
    left join counted on in_force.feed = counted.feed
    order by in_force.feed
)

select * from final
