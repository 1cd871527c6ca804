-- Grain:   one row per worker, requirement, site and completion that earned credit
-- Key:     worker_id, requirement_id, site, completion_id
-- Answers: which training was valid for what, from when to when, and what ended it?
-- Not for: whether anybody required it (see compliance_timeline)
-- Form:    view of credential_intervals
select
    worker_keys.worker_id,
    requirement_keys.requirement_id,
    site_keys.site,
    credential_intervals.valid_from,
    nullif(credential_intervals.valid_to, timestamp '9999-12-31 00:00:00') as valid_to,
    case when credential_intervals.is_trained then 'trained' else 'waived' end as kind,
    staged_lms_completions.completion_id,
    case
        when credential_intervals.valid_to = timestamp '9999-12-31 00:00:00' then null
        when credential_intervals.valid_to = staged_lms_completions.expires_at then 'expires_at'
        when
            credential_intervals.valid_to
            = credential_intervals.valid_from + cast(requirement_keys.validity_months as integer) * interval '1' month
            then 'validity'
        when credential_intervals.valid_to = credential_intervals.retrain_event_at then 'retrain_event'
        else 'retrain_order'
    end as ended_by,
    credential_intervals.completion_key,
    credential_intervals.worker_key,
from credential_intervals
inner join worker_keys on credential_intervals.worker_key = worker_keys.worker_key
inner join staged_lms_completions on credential_intervals.completion_key = staged_lms_completions.completion_key
inner join requirement_keys on credential_intervals.requirement_key = requirement_keys.requirement_key
left join site_keys on credential_intervals.site_key = site_keys.site_key
