-- Grain:   one row per worker, requirement, site and completion that earned credit
-- Key:     worker_key, requirement_key, site_key, completion_key
-- Answers: the credential periods in numbers, for joins over many rows
-- Not for: reading (see credential_periods); an open end is 9999-12-31, site_key 0 is no site
with

completions as (
    select
        staged_lms_completions.completion_key,
        account_links.person_key,
        staged_lms_completions.course_key,
        staged_lms_completions.completed_at,
        staged_lms_completions.expires_at,
        staged_lms_completions.result <> 'waived' as is_trained,
        coalesce(site_keys.site_key, 0) as site_key,
    from staged_lms_completions
    inner join account_links on staged_lms_completions.account_key = account_links.account_key
    left join site_keys on staged_lms_completions.site = site_keys.site
    where
        staged_lms_completions.completed_at <= (select as_of from run_parameters)
        and staged_lms_completions.result in ('passed', 'completed', 'waived')
        and account_links.person_key is not null
),

credits as (
    select
        completions.completion_key,
        completions.person_key,
        credit_windows.requirement_key,
        case
            when not credit_windows.is_site_specific then 0
            when credit_windows.site_key > 0 then credit_windows.site_key
            else completions.site_key
        end as site_key,
        completions.completed_at,
        completions.expires_at,
        completions.is_trained,
        credit_windows.is_one_of_several,
    from completions
    inner join credit_windows
        on completions.course_key = credit_windows.course_key
        and completions.completed_at >= credit_windows.valid_from
        and completions.completed_at < credit_windows.valid_to
    where
        case
            -- neither the credit nor the completion says where: it satisfies nothing
            when credit_windows.is_site_specific then credit_windows.site_key > 0 or completions.site_key > 0
            else credit_windows.site_key in (0, completions.site_key)
        end
),

distinct_credits as (
    select * exclude (is_one_of_several)
    from credits
    where not is_one_of_several
    union all
    select distinct * exclude (is_one_of_several)
    from credits
    where is_one_of_several
),

worker_credits as (
    select
        worker_keys.worker_key,
        distinct_credits.requirement_key,
        distinct_credits.site_key,
        distinct_credits.completion_key,
        distinct_credits.completed_at,
        distinct_credits.is_trained,
        distinct_credits.expires_at,
        cast(
            distinct_credits.completed_at
            + cast(requirement_keys.validity_months as integer) * interval '1' month as timestamp
        ) as validity_ends_at,
    from distinct_credits
    inner join worker_keys on distinct_credits.person_key = worker_keys.person_key
    inner join requirement_keys on distinct_credits.requirement_key = requirement_keys.requirement_key
),

next_retraining as (
    select
        worker_credits.worker_key,
        worker_credits.requirement_key,
        worker_credits.site_key,
        worker_credits.completion_key,
        min(case when retraining.ended_by = 'retrain_event' then retraining.happens_at end) as retrain_event_at,
        min(case when retraining.ended_by = 'retrain_order' then retraining.happens_at end) as retrain_order_at,
    from worker_credits
    inner join retraining
        on worker_credits.worker_key = retraining.worker_key
        and worker_credits.requirement_key = retraining.requirement_key
        and worker_credits.completed_at < retraining.happens_at
    where retraining.site_key in (0, worker_credits.site_key)
    group by
        worker_credits.worker_key,
        worker_credits.requirement_key,
        worker_credits.site_key,
        worker_credits.completion_key
),

end_credits as (
    select
        worker_credits.*,
        next_retraining.retrain_event_at,
        next_retraining.retrain_order_at,
        least(
            worker_credits.expires_at,
            worker_credits.validity_ends_at,
            next_retraining.retrain_event_at,
            next_retraining.retrain_order_at
        ) as ends_at,
    from worker_credits
    left join next_retraining
        on worker_credits.worker_key = next_retraining.worker_key
        and worker_credits.requirement_key = next_retraining.requirement_key
        and worker_credits.site_key = next_retraining.site_key
        and worker_credits.completion_key = next_retraining.completion_key
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
        case ends_at
            when expires_at then 'expires_at'
            when validity_ends_at then 'validity'
            when retrain_event_at then 'retrain_event'
            when retrain_order_at then 'retrain_order'
        end as ended_by,
    from end_credits
    where ends_at is null or ends_at > completed_at
)

select * from final
