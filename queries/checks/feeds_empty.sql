-- Check:        every configured source has rows in force
-- Feed:         each
-- Severity:     warning
-- Rows checked: sources
-- Do:           see whether the source still delivers; an empty feed hides what it should show
with

counted_rows as (
    select 'workers' as feed, source, count(*) as rows_in_force from staged_workers group by source
    union all
    select 'role_history' as feed, source, count(*) as rows_in_force from staged_role_history group by source
    union all
    select 'sites' as feed, source, count(*) as rows_in_force from staged_sites group by source
    union all
    select 'jobs' as feed, source, count(*) as rows_in_force from staged_jobs group by source
    union all
    select 'lms_accounts' as feed, source, count(*) as rows_in_force from staged_lms_accounts group by source
    union all
    select 'lms_logins' as feed, source, count(*) as rows_in_force from staged_lms_logins group by source
    union all
    select 'lms_courses' as feed, source, count(*) as rows_in_force from staged_lms_courses group by source
    union all
    select 'lms_assignments' as feed, source, count(*) as rows_in_force
    from staged_lms_assignments
    group by source
    union all
    select 'lms_completions' as feed, source, count(*) as rows_in_force
    from staged_lms_completions
    group by source
    union all
    select 'sync_runs' as feed, source, count(*) as rows_in_force from staged_sync_runs group by source
    union all
    select 'sync_errors' as feed, source, count(*) as rows_in_force from staged_sync_errors group by source
    union all
    select 'hris_training_records' as feed, source, count(*) as rows_in_force
    from staged_hris_training_records
    group by source
),

final as (
    select
        sources.source,
        sources.feed,
        sources.path,
    from sources
    left join counted_rows
        on
            sources.feed = counted_rows.feed
            and sources.source = counted_rows.source
    where counted_rows.rows_in_force is null and sources.feed <> 'sync_errors'
)

select * from final
