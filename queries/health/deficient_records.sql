-- Grain:   one row per credential whose record lacks a field that its requirement asks for (required_evidence)
-- Key:     worker_id, requirement_id, site, completion_id
-- Answers: whose training is completed, but its record deficient, and what does it lack?
-- Not for: whether the training counts (it does: see credential_periods)
with

-- Those that no completion can be without are left out.
asked_fields as (
    select
        requirement_keys.requirement_key,
        trim(fields.field) as field,
    from policy_requirements
    cross join unnest(string_split(policy_requirements.required_evidence, ';')) as fields (field)
    inner join requirement_keys on policy_requirements.requirement_id = requirement_keys.requirement_id
    where trim(fields.field) in (
        'score', 'expires_at', 'recorded_at', 'site', 'course_version', 'evaluator', 'verification_method'
    )
),

missing as (
    select
        credential_intervals.worker_key,
        credential_intervals.requirement_key,
        credential_intervals.site_key,
        credential_intervals.completion_key,
        staged_lms_completions.completion_id,
        asked_fields.field,
    from credential_intervals
    inner join asked_fields on credential_intervals.requirement_key = asked_fields.requirement_key
    inner join staged_lms_completions
        on credential_intervals.completion_key = staged_lms_completions.completion_key
    where
        case asked_fields.field
            when 'score' then staged_lms_completions.score is null
            when 'expires_at' then staged_lms_completions.expires_at is null
            when 'recorded_at' then staged_lms_completions.recorded_at is null
            when 'site' then staged_lms_completions.site is null
            when 'course_version' then staged_lms_completions.course_version is null
            when 'evaluator' then staged_lms_completions.evaluator is null
            when 'verification_method' then staged_lms_completions.verification_method is null
        end
),

final as (
    select
        worker_keys.worker_id,
        requirement_keys.requirement_id,
        site_keys.site,
        missing.completion_id,
        requirement_keys.citation,
        string_agg(missing.field, ';' order by missing.field) as missing_fields,
    from missing
    inner join worker_keys on missing.worker_key = worker_keys.worker_key
    inner join requirement_keys on missing.requirement_key = requirement_keys.requirement_key
    left join site_keys on missing.site_key = site_keys.site_key
    group by
        worker_keys.worker_id,
        requirement_keys.requirement_id,
        requirement_keys.citation,
        site_keys.site,
        missing.completion_key,
        missing.completion_id
)

select * from final
