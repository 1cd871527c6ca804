"""A plain replay of the contract: every published table of a world, worked out the long way round.

Written from the contract alone and meant to be obvious rather than quick: lists of rows, intervals, and a
question asked at every instant at which anything happens. The product's SQL and this must agree row for
row. Input: a ``World``. Output: table name to rows; instants are aware datetimes in UTC. gap_id and event_id are
left out; gaps, event_responses and unsynced_events name the event by type, assignment and instant.

Where the contract leaves a choice, this is the one taken:

Accounts
 1. ``method`` is NULL for ambiguous and unlinked accounts; one that an override unlinked has ``override``.
 2. Of two overrides decided at one instant the later row of the table holds.
 3. An account whose end (deactivated_at, last login, load) is dated after as_of is active, whatever its
    status.
 4. "The load that first showed it": the first of the last unbroken run of loads that show it other than
    ``active``; "the first load" is the feed's. "The load that showed it" (reactivated): the first of the
    last run that shows it ``active`` with this deactivated_at, past by then.

Roles and events
 5. ``termination_dates = "last_day"`` moves a date-only effective_from before rows are ordered by it.
 6. A clock time without offset in effective_from and effective_to is in the source's zone; only dates are
    the site's.
 7. ``job_title`` is the row's, else that of the job code; ``task_scope`` is published as written.
 8. A change of employment type counts between adjoining employed states of one assignment, whatever the worker's
    other assignments; a missing type is not contingent.
 9. Only employed states count as "before" and "after": previous_* of a start are NULL, also after prehire.
10. The end is ``contract_end`` when contract_end_on alone ended every assignment that ended at that
    instant.
11. ``leave_start`` needs an adjoining employed state that is not leave; a worker who starts on leave is
    hired.
12. An assignment that starts or ends while the worker is employed before and after is a ``role_change``,
    also when the other assignment ends or starts at that very instant.
13. "That of its first employed state" is the date as written of the state that the start event would be
    about.

Requirements and credentials
14. Rule and exception dates take the zone of the role state's own dates: the site's, else the role
    source's.
15. A waiver applies as soon as it is in effect for one of the role states that require the requirement; it
    also waives a NULL-site period, which no credential satisfies.
16. An exception is malformed when a required column is empty, a date cannot be read or the kind is another.
17. A credential that would end no later than it starts is no row, nor is a site-specific one without a
    site.

Timeline
18. A credential of kind ``waived`` ends grace like any other; a gap that it closes is closed by ``waiver``.
19. Removed and completed at one instant is completed.
20. ``citation`` of a gap is that of the requirement.

Responses
21. A credential that ends at an event of a type in retrain_on calls for ``assign``, also when expires_at or
    the validity ends it at the same instant.
22. A requirement starts by a policy date alone when the roles held just before would have required it from
    then on too; it ends by one when the policy of just before would still require it of the roles held from
    then on.
23. An account is "deactivated by the event" when it was closed at or before it and is not active at it.
24. An account's closing is the end of its last active interval that began before the event; that it was opened
    again later is for stale_accounts.
25. ``close_assignments`` has the whole condition of ``deactivate_account``.
26. An assignment made at the very instant of the event answers when it is open then; one closed at once
    does not.
27. The limit of a ``role_change`` that ends an assignment is that of the facility type before it.
28. A clock that starts before the LMS feed covers is ``not_evaluable`` even when due after as_of; a feed
    without a dated row by as_of covers nothing.

Stale accounts and headline numbers
29. What is active at as_of counts as active "before as_of", with 0 days when the end is as_of itself;
    days_active and logins_after count the time the account was active, not the hole before a reactivation.
30. Where several worker_ids end at one instant, ended_by is that of the account's worker, else of the
    least.
31. An account's assignments belong to the site of its linked worker_id's role of ``primary``, else of the
    first assignment_key.
32. Sites: those of the sites feed, and every other at which a worker-requirement counts.
"""

from __future__ import annotations

from properties import replay_counts as counts
from properties import replay_credentials as credentials
from properties import replay_requirements as requirements
from properties import replay_responses as responses
from properties import replay_roles as roles
from properties import replay_timeline as timeline
from properties.replay_accounts import account_links, listed_accounts
from properties.replay_facts import known_facts
from worlds import World

Tables = dict[str, list[dict[str, object]]]


def replay(world: World) -> Tables:
    """Every published table that the replay covers."""
    facts = known_facts(world)
    accounts = listed_accounts(facts)
    states = roles.all_states(facts)
    events = roles.all_events(facts, states)
    required = requirements.read_requirements(facts)
    exceptions = requirements.effective_exceptions(facts)
    demands = requirements.all_demands(facts, states, required, exceptions)
    periods = requirements.all_periods(demands, required)
    granted = credentials.read_credits(facts)
    held = credentials.all_credentials(facts, accounts, states, events, required, granted)
    known = timeline.Known(
        facts=facts,
        accounts=accounts,
        states=states,
        events=events,
        exceptions=exceptions,
        demands=demands,
        periods=periods,
        credits=granted,
        credentials=held,
    )
    segments = timeline.all_segments(known)
    answered = responses.all_responses(known)
    stale = responses.stale_accounts(known)
    compliance = counts.compliance(known, segments)
    return {
        "account_links": account_links(accounts),
        "role_states": roles.role_states(states),
        "hr_events": roles.hr_events(events),
        "requirement_periods": requirements.requirement_periods(periods),
        "credential_periods": credentials.credential_periods(held),
        "compliance_timeline": timeline.compliance_timeline(segments),
        "gaps": timeline.gaps(known, segments),
        "event_responses": responses.event_responses(answered),
        "unsynced_events": responses.unsynced_events(known, answered),
        "stale_accounts": stale,
        "compliance": compliance,
        "inflation": counts.inflation(known, compliance, stale),
    }
