-- Grain:   one row per worker, requirement and site per stretch of one state and cause
-- Key:     worker_id, requirement_id, site, valid_from
-- Answers: the compliance timeline, not_evaluable from where a source that it rests on stopped delivering
-- Not for: what is known at all events (see compliance_timeline: what the last deliveries said)
-- Form:    view
select
    compliance_timeline.worker_id,
    compliance_timeline.requirement_id,
    compliance_timeline.site,
    compliance_timeline.valid_from,
    case when unproven_states.worker_id is null then compliance_timeline.valid_to else unproven_states.not_evaluable_from end
        as valid_to,
    compliance_timeline.state,
    compliance_timeline.cause,
    compliance_timeline.owner,
    cast(null as varchar) as known_state,
    cast(null as varchar) as rests_on,
from compliance_timeline
left join unproven_states
    on compliance_timeline.worker_id = unproven_states.worker_id
    and compliance_timeline.requirement_id = unproven_states.requirement_id
    and compliance_timeline.site is not distinct from unproven_states.site
    and compliance_timeline.valid_from = unproven_states.valid_from
where unproven_states.not_evaluable_from is null or unproven_states.not_evaluable_from > compliance_timeline.valid_from
union all
select
    worker_id,
    requirement_id,
    site,
    not_evaluable_from as valid_from,
    valid_to,
    'not_evaluable' as state,
    null as cause,
    null as owner,
    state as known_state,
    rests_on,
from unproven_states
