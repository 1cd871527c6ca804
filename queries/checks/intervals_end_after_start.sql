-- Check:        every interval ends after it starts
-- Feed:         models
-- Severity:     blocking
-- Rows checked: role_states, requirement_periods, credential_periods, compliance_timeline, gaps
-- Do:           nothing is published; report it with the rows in check_failures
with

intervals as (
    select
        'role_states' as table_name,
        worker_id,
        assignment_key as of_what,
        valid_from,
        valid_to,
    from role_states
    union all
    select
        'requirement_periods' as table_name,
        worker_id,
        requirement_id as of_what,
        valid_from,
        valid_to,
    from requirement_periods
    union all
    select
        'credential_periods' as table_name,
        worker_id,
        requirement_id as of_what,
        valid_from,
        valid_to,
    from credential_periods
    union all
    select
        'compliance_timeline' as table_name,
        worker_id,
        requirement_id as of_what,
        valid_from,
        valid_to,
    from compliance_timeline
    union all
    select
        'gaps' as table_name,
        worker_id,
        requirement_id as of_what,
        opened_at as valid_from,
        closed_at as valid_to,
    from gaps
),

final as (
    select
        table_name,
        worker_id,
        of_what,
        valid_from,
        valid_to,
    from intervals
    where valid_from is null or valid_from >= valid_to
)

select * from final
