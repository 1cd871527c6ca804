-- Grain:   one row per exception of the policy for a worker in scope (without a filter: per exception)
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
        and (
            cast($sites as varchar[]) is null
            or list_contains(cast($sites as varchar[]), role_states.site)
        )
        and (
            cast($departments as varchar[]) is null
            or list_contains(cast($departments as varchar[]), role_states.department)
        )
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
    where (
        cast($authorities as varchar[]) is null
        or list_contains(cast($authorities as varchar[]), policy_requirements.authority)
    )
    and (
        cast($citations as varchar[]) is null
        or exists (
            select 1
            from (
                select policy_requirements.citation
                union all
                select policy_requirement_rules.citation
                from policy_requirement_rules
                where policy_requirement_rules.requirement_id = policy_requirements.requirement_id
            ) as stated
            cross join (select unnest(cast($citations as varchar[])) as citation) as asked
            where starts_with(stated.citation, asked.citation)
                and not regexp_matches(substr(stated.citation, length(asked.citation) + 1, 1), '[0-9A-Za-z]')
        )
    )
),

windows as (
    select
        exception_windows.exception_id,
        min(exception_windows.valid_from) as valid_from,
        max(exception_windows.valid_to) as valid_to,
    from exception_windows
    group by exception_windows.exception_id
),

judged as (
    select
        policy_exceptions.*,
        asked_requirements.title,
        staged_workers.full_name,
        windows.valid_from,
        windows.valid_to,
        case
            when exception_effects.no_effect_because is not null then exception_effects.no_effect_because
            when windows.exception_id is null then 'approved after it had ended, or the worker has no role'
        end as no_effect_because,
    from policy_exceptions
    left join exception_effects on policy_exceptions.exception_id = exception_effects.exception_id
    left join windows on policy_exceptions.exception_id = windows.exception_id
    left join asked_requirements on policy_exceptions.requirement_id = asked_requirements.requirement_id
    left join staged_workers on policy_exceptions.worker_id = staged_workers.worker_id
    where
        (
            policy_exceptions.worker_id in (select scoped_workers.worker_id from scoped_workers)
            or (
                cast($sites as varchar[]) is null
                and cast($departments as varchar[]) is null
                and cast($workers as varchar[]) is null
            )
        )
        and (
            asked_requirements.requirement_id is not null
            or (cast($authorities as varchar[]) is null and cast($citations as varchar[]) is null)
        )
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
            when judged.no_effect_because is not null then 'without effect'
            when judged.valid_from > cast($period_to as timestamp) then 'not begun'
            when judged.valid_to <= cast($period_to as timestamp) then 'ended'
            else 'in force'
        end as state,
        judged.no_effect_because,
        judged.file_name,
        judged.row_number,
    from judged
    order by judged.exception_id, judged.file_name, judged.row_number
)

select * from final
