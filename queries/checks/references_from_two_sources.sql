-- Check:        no worker, site, job or account comes from two sources
-- Feed:         each
-- Severity:     critical
-- Rows checked: sources
-- Do:           say which source is the authority, or tell the ids apart in the mapping; facts are counted twice
with

keys as (
    select 'workers' as feed, worker_id as key, source from staged_workers
    union all
    select 'sites' as feed, site as key, source from staged_sites
    union all
    select 'jobs' as feed, job_code as key, source from staged_jobs
    union all
    select 'lms_accounts' as feed, account_id as key, source from staged_lms_accounts
    union all
    select 'lms_assignments' as feed, assignment_id as key, source from staged_lms_assignments
    union all
    select 'lms_completions' as feed, completion_id as key, source from staged_lms_completions
),

final as (
    select
        key,
        feed,
        min(source) as one_source,
        max(source) as other_source,
    from keys
    group by key, feed
    having min(source) <> max(source)
)

select * from final
