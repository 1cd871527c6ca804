-- Check:        every gap segment has a cause with its owner, and no other segment has one
-- Feed:         models
-- Severity:     blocking
-- Rows checked: compliance_timeline
-- Do:           nothing is published; report it with the rows in check_failures
with

owners as (
    select *
    from (
        values
            ('not_recorded', 'hr'),
            ('no_account', 'integration'),
            ('never_assigned', 'integration'),
            ('assignment_removed', 'training'),
            ('expired_unassigned', 'training'),
            ('expired', 'learner'),
            ('not_completed', 'learner')
    ) as listed (cause, owner)
),

final as (
    select
        segments.worker_id,
        segments.requirement_id,
        segments.valid_from,
        segments.state,
        segments.cause,
        segments.owner,
    from compliance_timeline as segments
    left join owners on segments.cause = owners.cause
    where
        segments.state is null
        or (segments.state = 'gap' and (owners.owner is null or segments.owner is distinct from owners.owner))
        or (segments.state <> 'gap' and (segments.cause is not null or segments.owner is not null))
)

select * from final
