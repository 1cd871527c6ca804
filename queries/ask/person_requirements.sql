-- Grain:   one row per requirement (and site) in force for a worker at an instant
-- Answers: what was required of this worker then, by which rules, and was it met, by what?
-- Not for: instants after as_of
with

states as (
    select
        compliance_timeline.requirement_id,
        compliance_timeline.site,
        compliance_timeline.state,
        compliance_timeline.cause,
        compliance_timeline.owner,
        compliance_timeline.valid_to,
        unproven_states.not_evaluable_from,
        unproven_states.because as not_evaluable_because,
    from compliance_timeline
    left join unproven_states
        on compliance_timeline.worker_id = unproven_states.worker_id
        and compliance_timeline.requirement_id = unproven_states.requirement_id
        and compliance_timeline.site is not distinct from unproven_states.site
        and compliance_timeline.valid_from = unproven_states.valid_from
        and unproven_states.not_evaluable_from <= $instant
    where
        compliance_timeline.worker_id = $worker_id
        and compliance_timeline.valid_from <= $instant
        and (compliance_timeline.valid_to is null or compliance_timeline.valid_to > $instant)
),

rank_credentials as (
    select
        credential_periods.*,
        row_number() over (
            partition by credential_periods.requirement_id, credential_periods.site, credential_periods.kind
            order by credential_periods.valid_to desc nulls first, credential_periods.completion_id
        ) as credential_rank,
    from credential_periods
    where
        credential_periods.worker_id = $worker_id
        and credential_periods.valid_from <= $instant
        and (credential_periods.valid_to is null or credential_periods.valid_to > $instant)
),

rank_waivers as (
    select
        worker_keys.worker_id,
        requirement_keys.requirement_id,
        policy_exceptions.exception_id,
        policy_exceptions.reason,
        policy_exceptions.approved_by,
        policy_exceptions.ends_on,
        policy_exceptions.file_name,
        policy_exceptions.row_number,
        row_number() over (
            partition by requirement_keys.requirement_id
            order by exception_windows.valid_to desc, policy_exceptions.exception_id
        ) as waiver_rank,
    from exception_windows
    inner join worker_keys on exception_windows.worker_key = worker_keys.worker_key
    inner join requirement_keys on exception_windows.requirement_key = requirement_keys.requirement_key
    inner join policy_exceptions on exception_windows.exception_id = policy_exceptions.exception_id
    where
        worker_keys.worker_id = $worker_id
        and exception_windows.kind = 'waive'
        and exception_windows.valid_from <= $instant
        and exception_windows.valid_to > $instant
),

open_gaps as (
    select requirement_id, site, gap_id, opened_at
    from gaps
    where
        worker_id = $worker_id
        and opened_at <= $instant
        and (closed_at is null or closed_at > $instant)
),

final as (
    select
        states.requirement_id,
        policy_requirements.title,
        policy_requirements.citation,
        states.site,
        requirement_periods.rule_ids,
        requirement_periods.valid_from as required_from,
        states.state,
        states.cause,
        states.owner,
        states.valid_to as state_until,
        states.not_evaluable_from,
        states.not_evaluable_because,
        open_gaps.gap_id,
        open_gaps.opened_at,
        rank_credentials.completion_id,
        rank_credentials.valid_to as credential_valid_to,
        staged_lms_completions.course_id,
        staged_lms_completions.completed_at,
        staged_lms_completions.result,
        staged_lms_completions.load_id as completion_load_id,
        staged_lms_completions.row_number as completion_row_number,
        loads.source as completion_source,
        loads.address as completion_address,
        rank_waivers.exception_id,
        rank_waivers.approved_by,
        rank_waivers.reason as waiver_reason,
        rank_waivers.ends_on as waiver_ends_on,
        rank_waivers.file_name as waiver_file_name,
        rank_waivers.row_number as waiver_row_number,
    from states
    inner join policy_requirements on states.requirement_id = policy_requirements.requirement_id
    left join requirement_periods
        on requirement_periods.worker_id = $worker_id
        and states.requirement_id = requirement_periods.requirement_id
        and states.site is not distinct from requirement_periods.site
        and requirement_periods.valid_from <= $instant
        and (requirement_periods.valid_to is null or requirement_periods.valid_to > $instant)
    left join open_gaps
        on states.state = 'gap'
        and states.requirement_id = open_gaps.requirement_id
        and states.site is not distinct from open_gaps.site
    left join rank_credentials
        on states.state = rank_credentials.kind
        and states.requirement_id = rank_credentials.requirement_id
        and states.site is not distinct from rank_credentials.site
        and rank_credentials.credential_rank = 1
    left join staged_lms_completions on rank_credentials.completion_id = staged_lms_completions.completion_id
    left join loads on staged_lms_completions.load_id = loads.load_id
    left join rank_waivers
        on states.state = 'waived'
        and states.requirement_id = rank_waivers.requirement_id
        and rank_waivers.waiver_rank = 1
    order by states.requirement_id, states.site
)

select * from final
