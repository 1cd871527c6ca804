-- Grain:   one row per requirement period and credential that held in it
-- Key:     period_key, completion_key
-- Answers: which part of a requirement period did which credential cover?
-- Not for: credentials that nobody required
with

final as (
    select
        required_intervals.period_key,
        credential_intervals.completion_key,
        greatest(required_intervals.valid_from, credential_intervals.valid_from) as valid_from,
        least(required_intervals.valid_to, credential_intervals.valid_to) as valid_to,
        credential_intervals.is_trained,
    from required_intervals
    inner join credential_intervals
        on required_intervals.worker_key = credential_intervals.worker_key
        and required_intervals.requirement_key = credential_intervals.requirement_key
        and required_intervals.site_key = credential_intervals.site_key
        and required_intervals.valid_from < credential_intervals.valid_to
        and credential_intervals.valid_from < required_intervals.valid_to
)

select * from final
