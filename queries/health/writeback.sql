-- Grain:   one row per passing completion of a known worker that the HRIS should hold, and per HRIS record without one
-- Key:     worker_id, course_id, completed_at
-- Answers: did completions come back to the HRIS, how late, and does the HRIS hold any that the LMS does not?
-- Not for: companies whose HRIS takes no completions (no hris_training_records source: no rows)
with

lms_passes as (
    select
        account_links.worker_id,
        staged_lms_completions.course_id,
        staged_lms_completions.completed_at,
        min(staged_lms_completions.completion_id) as completion_id,
        min(staged_lms_completions.result) as result,
    from staged_lms_completions
    inner join account_links on staged_lms_completions.account_id = account_links.account_id
    where
        staged_lms_completions.result in ('passed', 'completed', 'waived')
        and staged_lms_completions.completed_at <= (select as_of from run_parameters)
        and account_links.worker_id is not null
        and exists (select 1 from sources where feed = 'hris_training_records')
    group by account_links.worker_id, staged_lms_completions.course_id, staged_lms_completions.completed_at
),

hris_records as (
    select
        worker_id,
        course_id,
        completed_at,
        min(result) as result,
        min(recorded_at) as recorded_at,
    from staged_hris_training_records
    group by worker_id, course_id, completed_at
),

final as (
    select
        coalesce(lms_passes.worker_id, hris_records.worker_id) as worker_id,
        coalesce(lms_passes.course_id, hris_records.course_id) as course_id,
        coalesce(lms_passes.completed_at, hris_records.completed_at) as completed_at,
        lms_passes.completion_id,
        hris_records.recorded_at,
        (epoch_us(hris_records.recorded_at) - epoch_us(lms_passes.completed_at)) / 3600000000.0 as latency_hours,
        case
            when hris_records.worker_id is null then 'missing_in_hris'
            when lms_passes.worker_id is null then 'missing_in_lms'
            when hris_records.result <> lms_passes.result then 'different_result'
            else 'same'
        end as status,
    from lms_passes
    full join hris_records
        on lms_passes.worker_id = hris_records.worker_id
        and lms_passes.course_id = hris_records.course_id
        and lms_passes.completed_at = hris_records.completed_at
)

select * from final
