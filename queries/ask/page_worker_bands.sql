-- Grain:   one row per requirement (and site) and segment of the worker, up to as_of
-- Answers: when was the worker trained, waived, on leave, in grace or in a gap, and why?
-- Not for: what is required in future (requirement_periods)
-- A segment of state trained or waived names the completion that holds at its start, where one does.
with requirements as (
    select
        requirement_id,
        min(title) as title,
        min(citation) as citation,
        min(severity) as severity
    from policy_requirements
    group by requirement_id
),

final as (
    select
        compliance_timeline.requirement_id,
        coalesce(requirements.title, compliance_timeline.requirement_id) as requirement,
        requirements.citation,
        requirements.severity,
        compliance_timeline.site,
        compliance_timeline.valid_from,
        compliance_timeline.valid_to,
        compliance_timeline.state,
        compliance_timeline.cause,
        compliance_timeline.owner,
        compliance_timeline.rests_on,
        credential_periods.completion_id,
        credential_periods.valid_to as credential_ends_at,
        staged_lms_completions.course_id,
        staged_lms_completions.completed_at,
        staged_lms_completions.load_id,
        staged_lms_completions.row_number
    from evaluable_timeline as compliance_timeline
    left join requirements on requirements.requirement_id = compliance_timeline.requirement_id
    left join credential_periods
        on
            compliance_timeline.state in ('trained', 'waived')
            and credential_periods.worker_id = compliance_timeline.worker_id
            and credential_periods.requirement_id = compliance_timeline.requirement_id
            and (credential_periods.site is null or credential_periods.site = compliance_timeline.site)
            and credential_periods.valid_from <= compliance_timeline.valid_from
            and (credential_periods.valid_to is null or credential_periods.valid_to > compliance_timeline.valid_from)
    left join staged_lms_completions on staged_lms_completions.completion_key = credential_periods.completion_key
    where compliance_timeline.worker_id = $worker
    qualify
        row_number() over (
            partition by
                compliance_timeline.requirement_id,
                compliance_timeline.site,
                compliance_timeline.valid_from
            order by
                credential_periods.valid_to desc nulls first,
                credential_periods.valid_from desc,
                credential_periods.completion_id
        ) = 1
)

select * from final
order by requirement, requirement_id, site, valid_from
