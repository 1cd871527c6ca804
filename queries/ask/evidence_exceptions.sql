-- Grain:   one row per exception of the policy for a worker in scope
-- Answers: who was excused or additionally obliged, by whom, until when, and did it take effect?
-- Not for: days covered (see the obligations)
with

scoped_workers as (
    select distinct role_states.worker_id
    from role_states
    where role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= cast($period_to as timestamp)
        and (
            role_states.valid_to is null
            or cast($period_from as timestamp) is null
            or role_states.valid_to > cast($period_from as timestamp)
        )
        and (cast($site as varchar) is null or role_states.site = cast($site as varchar))
        and (
            cast($workers as varchar[]) is null
            or list_contains(cast($workers as varchar[]), role_states.worker_id)
        )
),

asked_requirements as (
    select
        policy_requirements.requirement_id,
        policy_requirements.title,
        policy_requirements.citation,
        policy_requirements.severity,
        policy_requirements.is_site_specific,
    from policy_requirements
    where cast($authority as varchar) is null or policy_requirements.authority = cast($authority as varchar)
),

judged as (
    select
        policy_exceptions.*,
        asked_requirements.title,
        staged_workers.full_name,
        case
            when policy_exceptions.kind is null or policy_exceptions.kind not in ('waive', 'add')
                then 'malformed: the kind is neither waive nor add'
            when policy_exceptions.starts_on is null or policy_exceptions.ends_on is null
                then 'malformed: a date is missing'
            when policy_exceptions.ends_on < policy_exceptions.starts_on
                then 'malformed: it ends before it starts'
            when policy_exceptions.reason is null then 'malformed: no reason is given'
            when policy_exceptions.approved_by is null then 'malformed: nobody approved it'
            when policy_exceptions.approved_at is null then 'malformed: the time of approval is missing'
            when lower(policy_exceptions.approved_by) = lower(policy_exceptions.requested_by)
                then 'the approver is the requester'
            when lower(policy_exceptions.approved_by) in (
                lower(policy_exceptions.worker_id),
                coalesce(lower(staged_workers.email), ''),
                coalesce(lower(staged_workers.username), '')
            ) then 'the approver is the worker'
            when policy_exceptions.approved_at > run_parameters.known_at
                then 'approved after the instant of knowledge'
        end as problem,
        cast(
            timezone(run_parameters.organisation_timezone, timezone('UTC', cast($period_to as timestamp))) as date
        ) as period_end_on,
    from policy_exceptions
    cross join run_parameters
    semi join scoped_workers on policy_exceptions.worker_id = scoped_workers.worker_id
    inner join asked_requirements on policy_exceptions.requirement_id = asked_requirements.requirement_id
    left join staged_workers on policy_exceptions.worker_id = staged_workers.worker_id
),

final as (
    select
        judged.exception_id,
        judged.worker_id,
        judged.full_name,
        judged.requirement_id,
        judged.title,
        judged.kind,
        judged.starts_on,
        judged.ends_on,
        judged.reason,
        judged.requested_by,
        judged.approved_by,
        judged.approved_at,
        case
            when judged.problem is not null then 'without effect'
            when judged.ends_on < judged.period_end_on then 'ended'
            when judged.starts_on > judged.period_end_on or judged.approved_at > cast($period_to as timestamp)
                then 'not begun'
            else 'in force'
        end as state,
        judged.problem,
        judged.file_name,
        judged.row_number,
    from judged
    order by judged.exception_id, judged.file_name, judged.row_number
)

select * from final
