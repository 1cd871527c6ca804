-- Grain:   one row per HR event, action it calls for, and requirement period or person concerned
-- Key:     event_key, action, requirement_id, site
-- Answers: what should the LMS have done after an HR event, and when did it?
-- Not for: verdicts (see event_responses)
with

events as (
    select
        hr_events.event_key,
        hr_events.worker_key,
        worker_keys.person_key,
        hr_events.event_type,
        hr_events.effective_at,
        hr_events.is_end,
        hr_events.rank_at_instant,
    from hr_events
    inner join worker_keys on hr_events.worker_key = worker_keys.worker_key
),

-- create_account
starts as (
    select
        events.event_key,
        events.person_key,
        events.effective_at,
        employment_periods.valid_to as employed_to,
    from events
    inner join employment_periods
        on events.worker_key = employment_periods.worker_key
        and events.effective_at >= employment_periods.valid_from
        and events.effective_at < employment_periods.valid_to
    where events.event_type in ('hire', 'rehire', 'contractor_start')
),

accounts_created as (
    select
        starts.event_key,
        min(account_spans.created_at) as responded_at,
    from starts
    inner join account_spans
        on starts.person_key = account_spans.person_key
        and account_spans.created_at < starts.employed_to
    -- not deactivated by the event: not closed by then, or open again
    where account_spans.closed_at > starts.effective_at or account_spans.reopened_at <= starts.effective_at
    group by starts.event_key
),

-- assign
first_events as (
    select *
    from events
    where not is_end and rank_at_instant = 1
),

retraining_ends as (
    select distinct
        required_intervals.period_key,
        credential_intervals.retrain_event_at as happens_at,
    from credential_intervals
    inner join required_intervals
        on credential_intervals.worker_key = required_intervals.worker_key
        and credential_intervals.requirement_key = required_intervals.requirement_key
        and credential_intervals.site_key = required_intervals.site_key
        and credential_intervals.retrain_event_at >= required_intervals.valid_from
        and credential_intervals.retrain_event_at < required_intervals.valid_to
    where credential_intervals.retrain_event_at = credential_intervals.valid_to
),

-- a policy date alone calls for nothing
policy_starts as (
    select required_intervals.period_key
    from required_intervals
    inner join policy_changes
        on required_intervals.worker_key = policy_changes.worker_key
        and required_intervals.requirement_key = policy_changes.requirement_key
        and required_intervals.site_key = policy_changes.site_key
        and required_intervals.valid_from = policy_changes.starts_at
    anti join retraining_ends
        on required_intervals.period_key = retraining_ends.period_key
        and required_intervals.valid_from = retraining_ends.happens_at
),

periods_that_call as (
    select
        first_events.event_key,
        first_events.effective_at,
        required_intervals.period_key,
        required_intervals.worker_key,
        required_intervals.person_key,
        required_intervals.requirement_key,
        required_intervals.site_key,
        required_intervals.valid_to,
    from first_events
    inner join required_intervals
        on first_events.worker_key = required_intervals.worker_key
        and first_events.effective_at = required_intervals.valid_from
    anti join policy_starts on required_intervals.period_key = policy_starts.period_key
    union all
    select
        first_events.event_key,
        first_events.effective_at,
        required_intervals.period_key,
        required_intervals.worker_key,
        required_intervals.person_key,
        required_intervals.requirement_key,
        required_intervals.site_key,
        required_intervals.valid_to,
    from first_events
    inner join required_intervals
        on first_events.worker_key = required_intervals.worker_key
        and first_events.effective_at > required_intervals.valid_from
    inner join retraining_ends
        on required_intervals.period_key = retraining_ends.period_key
        and first_events.effective_at = retraining_ends.happens_at
),

-- what was not trained up to as_of lies in untrained stretches; later it is what has been learnt by then
calls_without_training as (
    select periods_that_call.*
    from periods_that_call
    inner join untrained_stretches
        on periods_that_call.period_key = untrained_stretches.period_key
        and untrained_stretches.valid_from <= periods_that_call.effective_at
        and untrained_stretches.valid_to > periods_that_call.effective_at
    where periods_that_call.effective_at <= (select as_of from run_parameters)
    union all
    select periods_that_call.*
    from periods_that_call
    anti join credential_intervals
        on periods_that_call.worker_key = credential_intervals.worker_key
        and periods_that_call.requirement_key = credential_intervals.requirement_key
        and periods_that_call.site_key = credential_intervals.site_key
        and credential_intervals.valid_from <= periods_that_call.effective_at
        and credential_intervals.valid_to > periods_that_call.effective_at
    where periods_that_call.effective_at > (select as_of from run_parameters)
),

assignments_called_for as (
    select calls_without_training.*
    from calls_without_training
    anti join waiver_intervals
        on calls_without_training.period_key = waiver_intervals.period_key
        and waiver_intervals.valid_from <= calls_without_training.effective_at
        and waiver_intervals.valid_to > calls_without_training.effective_at
),

assignments_made as (
    select
        assignments_called_for.event_key,
        assignments_called_for.period_key,
        min(assignment_credits.assigned_at) as responded_at,
    from assignments_called_for
    inner join assignment_credits
        on assignments_called_for.person_key = assignment_credits.person_key
        and assignments_called_for.requirement_key = assignment_credits.requirement_key
    where
        assignment_credits.site_key in (0, assignments_called_for.site_key)
        and assignment_credits.assigned_at >= assignments_called_for.effective_at - interval '30' day
        and assignment_credits.assigned_at < assignments_called_for.valid_to
        and (
            assignment_credits.assigned_at > assignments_called_for.effective_at
            or assignment_credits.closed_at > assignments_called_for.effective_at
        )
    group by assignments_called_for.event_key, assignments_called_for.period_key
),

-- remove_assignment
assignments_of_ended_periods as (
    select
        first_events.event_key,
        first_events.effective_at,
        required_intervals.requirement_key,
        required_intervals.site_key,
        assignment_credits.person_key,
        assignment_credits.assignment_key,
        assignment_credits.closed_at,
    from first_events
    inner join required_intervals
        on first_events.worker_key = required_intervals.worker_key
        and first_events.effective_at = required_intervals.valid_to
    anti join policy_changes
        on required_intervals.worker_key = policy_changes.worker_key
        and required_intervals.requirement_key = policy_changes.requirement_key
        and required_intervals.site_key = policy_changes.site_key
        and required_intervals.valid_to = policy_changes.ends_at
    inner join assignment_credits
        on required_intervals.person_key = assignment_credits.person_key
        and required_intervals.requirement_key = assignment_credits.requirement_key
        and assignment_credits.assigned_at <= first_events.effective_at
        and assignment_credits.closed_at > first_events.effective_at
    where assignment_credits.site_key in (0, required_intervals.site_key)
),

-- few people are concerned: only what counts for them, and what they need, is matched
people_of_ended_periods as (
    select distinct person_key
    from assignments_of_ended_periods
),

credits_of_people as (
    select assignment_credits.assignment_key, assignment_credits.requirement_key, assignment_credits.site_key
    from assignment_credits
    semi join people_of_ended_periods on assignment_credits.person_key = people_of_ended_periods.person_key
),

needs_of_people as (
    select required_intervals.*
    from required_intervals
    semi join people_of_ended_periods on required_intervals.person_key = people_of_ended_periods.person_key
),

assignments_still_needed as (
    select
        assignments_of_ended_periods.event_key,
        assignments_of_ended_periods.assignment_key,
    from assignments_of_ended_periods
    inner join credits_of_people on assignments_of_ended_periods.assignment_key = credits_of_people.assignment_key
    inner join needs_of_people
        on assignments_of_ended_periods.person_key = needs_of_people.person_key
        and credits_of_people.requirement_key = needs_of_people.requirement_key
        and needs_of_people.valid_from <= assignments_of_ended_periods.effective_at
        and needs_of_people.valid_to > assignments_of_ended_periods.effective_at
    where credits_of_people.site_key in (0, needs_of_people.site_key)
),

assignments_to_remove as (
    select
        assignments_of_ended_periods.event_key,
        assignments_of_ended_periods.requirement_key,
        assignments_of_ended_periods.site_key,
        max(assignments_of_ended_periods.closed_at) as closed_at,
    from assignments_of_ended_periods
    anti join assignments_still_needed
        on assignments_of_ended_periods.event_key = assignments_still_needed.event_key
        and assignments_of_ended_periods.assignment_key = assignments_still_needed.assignment_key
    group by
        assignments_of_ended_periods.event_key,
        assignments_of_ended_periods.requirement_key,
        assignments_of_ended_periods.site_key
),

-- deactivate_account, close_assignments
ends as (
    select
        events.event_key,
        events.person_key,
        events.effective_at,
        employment_periods.valid_from as employed_from,
        coalesce(min(next_employments.valid_from), timestamp '9999-12-31 00:00:00') as next_start_at,
    from events
    inner join employment_periods
        on events.worker_key = employment_periods.worker_key
        and events.effective_at = employment_periods.valid_to
    inner join person_employment_periods
        on events.person_key = person_employment_periods.person_key
        and events.effective_at = person_employment_periods.valid_to
    left join person_employment_periods as next_employments
        on events.person_key = next_employments.person_key
        and next_employments.valid_from > events.effective_at
    group by events.event_key, events.person_key, events.effective_at, employment_periods.valid_from
),

accounts_to_close as (
    select
        ends.event_key,
        ends.effective_at,
        ends.next_start_at,
        account_periods.account_key,
    from ends
    inner join account_periods
        on ends.person_key = account_periods.person_key
        and account_periods.valid_from < ends.effective_at
        and account_periods.valid_to > ends.employed_from
),

accounts_closed as (
    select
        accounts_to_close.event_key,
        max(account_periods.valid_to) as closed_at,
        accounts_to_close.next_start_at,
    from accounts_to_close
    inner join account_periods
        on accounts_to_close.account_key = account_periods.account_key
        and account_periods.valid_from < accounts_to_close.effective_at
    group by accounts_to_close.event_key, accounts_to_close.next_start_at
),

assignments_to_close as (
    select
        ends.event_key,
        ends.next_start_at,
        max(assignment_intervals.closed_at) as closed_at,
    from ends
    semi join accounts_to_close on ends.event_key = accounts_to_close.event_key
    inner join assignment_intervals
        on ends.person_key = assignment_intervals.person_key
        and assignment_intervals.assigned_at <= ends.effective_at
        and assignment_intervals.closed_at > ends.effective_at
    group by ends.event_key, ends.next_start_at
),

calls as (
    select
        starts.event_key,
        'create_account' as action,
        null as requirement_key,
        0 as site_key,
        accounts_created.responded_at,
    from starts
    left join accounts_created on starts.event_key = accounts_created.event_key
    union all
    select
        assignments_called_for.event_key,
        'assign' as action,
        assignments_called_for.requirement_key,
        assignments_called_for.site_key,
        assignments_made.responded_at,
    from assignments_called_for
    left join assignments_made
        on assignments_called_for.event_key = assignments_made.event_key
        and assignments_called_for.period_key = assignments_made.period_key
    union all
    select
        event_key,
        'remove_assignment' as action,
        requirement_key,
        site_key,
        nullif(closed_at, timestamp '9999-12-31 00:00:00') as responded_at,
    from assignments_to_remove
    union all
    select
        event_key,
        'deactivate_account' as action,
        null as requirement_key,
        0 as site_key,
        case when closed_at < next_start_at then closed_at end as responded_at,
    from accounts_closed
    union all
    select
        event_key,
        'close_assignments' as action,
        null as requirement_key,
        0 as site_key,
        case when closed_at < next_start_at then closed_at end as responded_at,
    from assignments_to_close
),

final as (
    select
        calls.event_key,
        calls.action,
        requirement_keys.requirement_id,
        site_keys.site,
        calls.responded_at,
    from calls
    left join requirement_keys on calls.requirement_key = requirement_keys.requirement_key
    left join site_keys on calls.site_key = site_keys.site_key
)

select * from final
-- a worker's rows lie side by side: whoever reads one worker skips the others
order by event_key
