-- Check:        every record built from changes has been told all that its feed requires
-- Feed:         each
-- Severity:     warning
-- Rows checked: loads
-- Do:           load the record as a whole once; until then it is not used
with

incomplete as (
    select 'lms_accounts' as feed, account_id as record_id, source, load_id, row_number
    from folded_lms_accounts
    where is_newest and not is_deleted and status is null
    union all
    select 'lms_assignments' as feed, assignment_id as record_id, source, load_id, row_number
    from folded_lms_assignments
    where is_newest and not is_deleted and (account_id is null or course_id is null or assigned_at is null)
    union all
    select 'lms_completions' as feed, completion_id as record_id, source, load_id, row_number
    from folded_lms_completions
    where
        is_newest
        and not is_deleted
        and (account_id is null or course_id is null or completed_at is null or result is null)
    union all
    select 'sync_runs' as feed, run_id as record_id, source, load_id, row_number
    from folded_sync_runs
    where is_newest and not is_deleted and (integration is null or started_at is null or status is null)
),

final as (
    select
        feed,
        record_id,
        source,
        load_id,
        row_number,
    from incomplete
)

select * from final
