-- Grain:   one row per worker, requirement, site and completion that earned credit
-- Key:     worker_key, requirement_key, site_key, completion_key
-- Answers: the credential periods in numbers, for joins over many rows
-- Not for: reading (see credential_periods); an open end is 9999-12-31, site_key 0 is no site
with

-- most courses earn one requirement, wherever they were taken, and nothing but time takes it away
plain_credits as (
    select
        staged_lms_completions.account_key,
        credit_windows.requirement_key,
        credit_windows.site_key,
        staged_lms_completions.completion_key,
        staged_lms_completions.completed_at,
        staged_lms_completions.result <> 'waived' as is_trained,
        least(
            staged_lms_completions.expires_at,
            cast(staged_lms_completions.completed_at + credit_windows.validity_months * interval '1' month as timestamp)
        ) as ends_at,
    from staged_lms_completions
    inner join credit_windows on staged_lms_completions.course_key = credit_windows.course_key
    where
        credit_windows.is_plain
        and staged_lms_completions.completed_at >= credit_windows.valid_from
        and staged_lms_completions.completed_at < credit_windows.valid_to
        and staged_lms_completions.completed_at <= (select as_of from run_parameters)
        and staged_lms_completions.result in ('passed', 'completed', 'waived')
),

other_credits as (
    select distinct
        account_workers.worker_key,
        credit_windows.requirement_key,
        case
            when not credit_windows.is_site_specific then 0
            when credit_windows.site_key > 0 then credit_windows.site_key
            else site_keys.site_key
        end as site_key,
        staged_lms_completions.completion_key,
        staged_lms_completions.completed_at,
        staged_lms_completions.result <> 'waived' as is_trained,
        staged_lms_completions.expires_at,
        cast(staged_lms_completions.completed_at + credit_windows.validity_months * interval '1' month as timestamp)
            as validity_ends_at,
    from staged_lms_completions
    inner join credit_windows on staged_lms_completions.course_key = credit_windows.course_key
    inner join account_workers on staged_lms_completions.account_key = account_workers.account_key
    left join site_keys on staged_lms_completions.site = site_keys.site
    where
        not credit_windows.is_plain
        and staged_lms_completions.completed_at >= credit_windows.valid_from
        and staged_lms_completions.completed_at < credit_windows.valid_to
        and staged_lms_completions.completed_at <= (select as_of from run_parameters)
        and staged_lms_completions.result in ('passed', 'completed', 'waived')
        and case
            -- neither the credit nor the completion says where: it satisfies nothing
            when credit_windows.is_site_specific then credit_windows.site_key > 0 or site_keys.site_key > 0
            else credit_windows.site_key in (0, site_keys.site_key)
        end
),

next_retraining as (
    select
        other_credits.worker_key,
        other_credits.requirement_key,
        other_credits.site_key,
        other_credits.completion_key,
        min(case when retraining.ended_by = 'retrain_event' then retraining.happens_at end) as retrain_event_at,
        min(case when retraining.ended_by = 'retrain_order' then retraining.happens_at end) as retrain_order_at,
    from other_credits
    inner join retraining
        on other_credits.worker_key = retraining.worker_key
        and other_credits.requirement_key = retraining.requirement_key
        and other_credits.completed_at < retraining.happens_at
    where retraining.site_key in (0, other_credits.site_key)
    group by
        other_credits.worker_key,
        other_credits.requirement_key,
        other_credits.site_key,
        other_credits.completion_key
),

end_credits as (
    select
        account_workers.worker_key,
        plain_credits.requirement_key,
        plain_credits.site_key,
        plain_credits.completion_key,
        plain_credits.completed_at,
        plain_credits.is_trained,
        cast(null as timestamp) as retrain_event_at,
        plain_credits.ends_at,
    from plain_credits
    inner join account_workers on plain_credits.account_key = account_workers.account_key
    union all
    select
        other_credits.worker_key,
        other_credits.requirement_key,
        other_credits.site_key,
        other_credits.completion_key,
        other_credits.completed_at,
        other_credits.is_trained,
        next_retraining.retrain_event_at,
        least(
            other_credits.expires_at,
            other_credits.validity_ends_at,
            next_retraining.retrain_event_at,
            next_retraining.retrain_order_at
        ) as ends_at,
    from other_credits
    left join next_retraining
        on other_credits.completion_key = next_retraining.completion_key
        and other_credits.worker_key = next_retraining.worker_key
        and other_credits.requirement_key = next_retraining.requirement_key
        and other_credits.site_key = next_retraining.site_key
),

final as (
    select
        worker_key,
        requirement_key,
        site_key,
        completion_key,
        completed_at as valid_from,
        coalesce(ends_at, timestamp '9999-12-31 00:00:00') as valid_to,
        is_trained,
        retrain_event_at,
    from end_credits
    where ends_at is null or ends_at > completed_at
)

select * from final
