"""event_responses, unsynced_events and stale_accounts of the replay: what the LMS should have done, and when.

Owns the actions, their clocks and their verdicts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from properties import replay_text as cell
from properties.replay_accounts import Account
from properties.replay_credentials import counts_for
from properties.replay_facts import AssignmentRow
from properties.replay_requirements import Period
from properties.replay_roles import ENDS, STARTS, Event, islands
from properties.replay_text import END
from properties.replay_timeline import ASSIGNED_BEFORE, Known, first_event, state_at

_DEFAULT_HOURS: Final = 24.0
_ACCOUNT_ACTIONS: Final = frozenset({"create_account", "deactivate_account"})


@dataclass(frozen=True, kw_only=True)
class Response:
    """One action an event calls for; ``responded_at`` None: not answered, or not evaluable."""

    event: Event
    action: str
    requirement_id: str | None
    site: str | None
    clock_at: dt.datetime
    due_at: dt.datetime
    responded_at: dt.datetime | None
    verdict: str


def all_responses(known: Known) -> list[Response]:
    """Every event with every action it calls for."""
    return [
        _judged(known, event, action, period, answer)
        for event in known.events
        for action, period, answer in _called_for(known, event)
    ]


def _called_for(known: Known, event: Event) -> Iterator[tuple[str, Period | None, dt.datetime | None]]:
    if event.event_type in ENDS:
        yield from _end_actions(known, event)
        return
    if event.event_type in STARTS:
        yield "create_account", None, _account_created(known, event)
    if first_event(known.events, event.worker_id, event.effective_at) == event:
        for period in known.periods:
            if period.worker_id != event.worker_id:
                continue
            if _needs_assignment(known, event, period):
                yield "assign", period, _assigned(known, event, period)
            superfluous = _superfluous(known, event, period)
            if superfluous:
                yield "remove_assignment", period, _last_closed(superfluous)


def _employment(known: Known, event: Event) -> tuple[dt.datetime, dt.datetime]:
    """The worker's employment that the event starts, ends or lies in."""
    mine = [state for state in known.states if state.worker_id == event.worker_id]
    return next(
        (start, end)
        for start, end in islands(mine)
        if (end == event.effective_at if event.event_type in ENDS else start <= event.effective_at < end)
    )


def _person_employment(known: Known, worker_id: str) -> list[tuple[dt.datetime, dt.datetime]]:
    person = known.facts.person(worker_id)
    return islands([state for state in known.states if known.facts.person(state.worker_id) == person])


def _account_created(known: Known, event: Event) -> dt.datetime | None:
    moment, (_, ended_at) = event.effective_at, _employment(known, event)
    created = [
        account.created_at
        for account in known.accounts_of(event.worker_id)
        if account.created_at is not None and account.created_at < ended_at
        if account.is_active(moment) or not any(close <= moment for close in account.closes)
    ]
    return min(created, default=None)


def _needs_assignment(known: Known, event: Event, period: Period) -> bool:
    moment = event.effective_at
    if not period.valid_from <= moment < period.valid_to:
        return False
    if state_at(known, period, moment) in ("trained", "waived"):
        return False
    if period.valid_from == moment and not _starts_by_policy_alone(known, period):
        return True
    types_now = {
        other.event_type
        for other in known.events
        if other.worker_id == event.worker_id and other.effective_at == moment
    }
    return bool(types_now & period.requirement.retrain_on) and any(
        credential.valid_to == moment for credential in known.credentials_for(period)
    )


def _starts_by_policy_alone(known: Known, period: Period) -> bool:
    """Whether the roles held just before would have required it from this instant on as well."""
    moment = period.valid_from
    return any(
        demand.state.holds_before(moment) and demand.policy_from <= moment < demand.policy_to
        for demand in known.demands
        if (demand.state.worker_id, demand.requirement_id, demand.site)
        == (period.worker_id, period.requirement.requirement_id, period.site)
    )


def _ends_by_policy_alone(known: Known, period: Period) -> bool:
    """Whether the policy of just before would still have required it of the roles held from then on."""
    moment = period.valid_to
    return any(
        demand.state.holds(moment) and demand.policy_from < moment <= demand.policy_to
        for demand in known.demands
        if (demand.state.worker_id, demand.requirement_id, demand.site)
        == (period.worker_id, period.requirement.requirement_id, period.site)
    )


def _assigned(known: Known, event: Event, period: Period) -> dt.datetime | None:
    moment = event.effective_at
    return min(
        (
            assignment.assigned_at
            for assignment in known.crediting(period)
            if moment - ASSIGNED_BEFORE <= assignment.assigned_at < period.valid_to
            if assignment.is_open(moment) or assignment.assigned_at > moment
        ),
        default=None,
    )


def _superfluous(known: Known, event: Event, period: Period) -> list[AssignmentRow]:
    """Assignments open at the end of the period, to courses crediting nothing the person still needs."""
    moment = event.effective_at
    if period.valid_to != moment or _ends_by_policy_alone(known, period):
        return []
    person = known.facts.person(event.worker_id)
    needed = [
        other
        for other in known.periods
        if known.facts.person(other.worker_id) == person and other.valid_from <= moment < other.valid_to
    ]
    return [
        assignment
        for assignment in known.crediting(period)
        if assignment.is_open(moment) and not any(counts_for(assignment, other, known.credits) for other in needed)
    ]


def _last_closed(assignments: list[AssignmentRow], before: dt.datetime = END) -> dt.datetime | None:
    """When the last of them was closed; None when one was not, before that instant."""
    last = max(assignment.closed_at for assignment in assignments)
    return last if last < before else None


def _end_actions(known: Known, event: Event) -> Iterator[tuple[str, Period | None, dt.datetime | None]]:
    moment, (started_at, ended_at) = event.effective_at, _employment(known, event)
    employment = _person_employment(known, event.worker_id)
    if any(start <= moment < end for start, end in employment):
        return
    accounts = [account for account in known.accounts_of(event.worker_id) if account.was_active(started_at, ended_at)]
    if not accounts:
        return
    next_start = min((start for start, _ in employment if start > moment), default=END)
    last = max(account.last_closed(moment) for account in accounts)
    yield "deactivate_account", None, last if last < next_start else None
    still_open = [assignment for assignment in known.assignments_of(event.worker_id) if assignment.is_open(moment)]
    if still_open:
        yield "close_assignments", None, _last_closed(still_open, next_start)


def clock_and_due(known: Known, event: Event, action: str) -> tuple[dt.datetime, dt.datetime]:
    """When the clock of that action starts, and when it is due."""
    side = event.after or event.before
    facility_type = side.facility_type if side else None
    named, unnamed = [], []
    for row in known.facts.policy.get("event_slas", ()):
        if (cell.text(row["event_type"]), cell.text(row["action"])) == (event.event_type, action):
            allowed = cell.number(row["max_hours"])
            wanted = cell.text(row.get("facility_type"))
            if allowed is not None and wanted is None:
                unnamed.append(allowed)
            elif allowed is not None and wanted == facility_type:
                named.append(allowed)
    allowed_hours = min(named or unnamed or [_DEFAULT_HOURS])
    clock_at = max(event.effective_at, event.recorded_at)
    return clock_at, clock_at + dt.timedelta(hours=allowed_hours)


def _judged(known: Known, event: Event, action: str, period: Period | None, answer: dt.datetime | None) -> Response:
    clock_at, due_at = clock_and_due(known, event, action)
    as_of, feed = known.facts.as_of, "lms_accounts" if action in _ACCOUNT_ACTIONS else "lms_assignments"
    covers = _covers_from(known, feed)
    newest = known.facts.newest_load.get(feed)
    if (
        covers is None
        or clock_at < covers
        or (answer is None and due_at <= as_of and (newest is None or due_at > newest))
    ):
        verdict, answer = "not_evaluable", None
    elif answer is None:
        verdict = "missing" if due_at <= as_of else "pending"
    elif answer < clock_at:
        verdict = "early"
    else:
        verdict = "on_time" if answer <= due_at else "late"
    return Response(
        event=event,
        action=action,
        requirement_id=period.requirement.requirement_id if period else None,
        site=period.site if period else None,
        clock_at=clock_at,
        due_at=due_at,
        responded_at=answer,
        verdict=verdict,
    )


def _covers_from(known: Known, feed: str) -> dt.datetime | None:
    facts = known.facts
    if facts.covers_from[feed] is not None:
        return facts.covers_from[feed]
    if feed == "lms_accounts":
        moments = [row.created_at for row in facts.accounts if row.created_at and row.created_at <= facts.as_of]
    else:
        moments = [row.assigned_at for row in facts.assignments]
    return min(moments, default=None)


def event_responses(responses: list[Response]) -> list[dict[str, object]]:
    """The published rows; instead of event_id the event's assignment_key."""
    return [
        {
            "worker_id": response.event.worker_id,
            "assignment_key": response.event.assignment_key,
            "event_type": response.event.event_type,
            "effective_at": response.event.effective_at,
            "action": response.action,
            "requirement_id": response.requirement_id,
            "site": response.site,
            "clock_at": response.clock_at,
            "due_at": response.due_at,
            "responded_at": response.responded_at,
            "latency_hours": cell.hours(response.responded_at - response.clock_at) if response.responded_at else None,
            "verdict": response.verdict,
        }
        for response in responses
    ]


def unsynced_events(known: Known, responses: list[Response]) -> list[dict[str, object]]:
    """The published rows; instead of event_id the event's assignment_key."""
    rows: list[dict[str, object]] = []
    for event in known.events:
        mine = [response for response in responses if response.event is event]
        bad = [response for response in mine if response.verdict in ("late", "missing")]
        if bad:
            rows.append(
                {
                    "worker_id": event.worker_id,
                    "assignment_key": event.assignment_key,
                    "event_type": event.event_type,
                    "effective_at": event.effective_at,
                    "actions_missing": sum(response.verdict == "missing" for response in bad),
                    "actions_late": sum(response.verdict == "late" for response in bad),
                    "hours_overdue": max(
                        cell.hours((response.responded_at or known.facts.as_of) - response.due_at) for response in bad
                    ),
                }
            )
    return rows


def stale_accounts(known: Known) -> list[dict[str, object]]:
    """The published rows, stale and orphan."""
    rows = []
    for account in known.accounts:
        if account.status == "linked":
            rows += _stale(known, account)
        elif account.status == "unlinked" and account.is_active(known.facts.as_of):
            rows.append({"kind": "orphan", "account_id": account.account_id, "worker_id": None, "is_open": True})
    return rows


def _stale(known: Known, account: Account) -> list[dict[str, object]]:
    as_of = known.facts.as_of
    employment = _person_employment(known, str(account.worker_id))
    ends = [end for _, end in employment if end <= as_of]
    is_employed = any(start <= as_of < end for start, end in employment)
    rows: list[dict[str, object]] = []
    for ended_at in ends:
        next_start = min((start for start, _ in employment if start > ended_at), default=END)
        until = min(next_start, as_of)
        stretches = [
            (max(since, ended_at), min(closed, until))
            for since, closed in account.active
            if closed > ended_at and (since < next_start if next_start <= as_of else since <= as_of)
        ]
        if not stretches:
            continue
        active_until = max(
            closed
            for since, closed in account.active
            if closed > ended_at and (since < next_start if next_start <= as_of else since <= as_of)
        )
        event = _ending_event(known, account, ended_at)
        _, due_at = clock_and_due(known, event, "deactivate_account")
        logins = [
            moment
            for account_id, moment in known.facts.logins
            if account_id == account.account_id
            and ended_at <= moment
            and account.is_active(moment)
            and (moment < next_start)
        ]
        rows.append(
            {
                "kind": "stale",
                "account_id": account.account_id,
                "worker_id": account.worker_id,
                "ended_at": ended_at,
                "ended_by": event.event_type,
                "active_until": cell.shown(active_until),
                "days_active": sum(cell.days(end - start) for start, end in stretches),
                "logins_after": len(logins),
                "open_assignments": sum(
                    assignment.is_open(as_of)
                    for assignment in known.facts.assignments
                    if assignment.account_id == account.account_id
                ),
                "is_open": account.is_active(as_of) and not is_employed and ended_at == max(ends),
                "is_within_sla": min(active_until, next_start, as_of) <= due_at,
            }
        )
    return rows


def _ending_event(known: Known, account: Account, ended_at: dt.datetime) -> Event:
    """The end of the person's employment: the linked worker's own, else the least worker_id's."""
    person = account.person_id
    there = [
        event
        for event in known.events
        if event.effective_at == ended_at and event.event_type in ENDS and known.facts.person(event.worker_id) == person
    ]
    return min(there, key=lambda event: (event.worker_id != account.worker_id, event.worker_id))
