"""compliance_timeline and gaps of the replay: the state of every requirement, by asking at every instant.

Owns states and causes. A segment is what lies between two instants at which anything at all happens.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final

from properties import replay_text as cell
from properties.replay_accounts import Account
from properties.replay_credentials import Credential, Credit, counts_for
from properties.replay_facts import AssignmentRow, Facts
from properties.replay_requirements import Demand, Period, Waiver
from properties.replay_roles import ENDS, Event, State, lead
from properties.replay_text import BEGINNING, END, shown

OWNERS: Final = {
    "not_recorded": "hr",
    "no_account": "integration",
    "never_assigned": "integration",
    "assignment_removed": "training",
    "expired_unassigned": "training",
    "expired": "learner",
    "not_completed": "learner",
}
_CLOSED_BY: Final = {"trained": "completion", "waived": "waiver", "on_leave": "leave"}
ASSIGNED_BEFORE: Final = dt.timedelta(days=30)


@dataclass(kw_only=True)
class Known:
    """Everything the steps before found."""

    facts: Facts
    accounts: list[Account]
    states: list[State]
    events: list[Event]
    exceptions: list[Waiver]
    demands: list[Demand]
    periods: list[Period]
    credits: list[Credit]
    credentials: list[Credential]

    def accounts_of(self, worker_id: str) -> list[Account]:
        """The accounts that serve that worker_id: those of the person."""
        person = self.facts.person(worker_id)
        return [account for account in self.accounts if account.person_id == person]

    def assignments_of(self, worker_id: str) -> list[AssignmentRow]:
        """The assignments that serve that worker_id: those of the person."""
        theirs = {account.account_id for account in self.accounts_of(worker_id)}
        return [assignment for assignment in self.facts.assignments if assignment.account_id in theirs]

    def crediting(self, period: Period) -> list[AssignmentRow]:
        """The person's assignments that count for this requirement, however old."""
        return [
            assignment
            for assignment in self.assignments_of(period.worker_id)
            if counts_for(assignment, period, self.credits)
        ]

    def credentials_for(self, period: Period) -> list[Credential]:
        """The worker's credentials that satisfy this requirement while they hold."""
        return [
            credential
            for credential in self.credentials
            if credential.worker_id == period.worker_id
            and credential.requirement_id == period.requirement.requirement_id
            and credential.site == period.site
            and not (period.requirement.is_site_specific and period.site is None)
        ]

    def waivers_for(self, period: Period) -> list[Waiver]:
        """The worker's effective waivers of this requirement."""
        return [
            waiver
            for waiver in self.exceptions
            if waiver.kind == "waive"
            and waiver.worker_id == period.worker_id
            and waiver.requirement_id == period.requirement.requirement_id
        ]


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One segment of a period; ``valid_to`` END where it is running at as_of."""

    period: Period
    valid_from: dt.datetime
    valid_to: dt.datetime
    state: str
    cause: str | None


def state_at(known: Known, period: Period, moment: dt.datetime) -> str:
    """The state of the requirement at an instant of its period, as_of or not."""
    credentials = known.credentials_for(period)
    if any(credential.kind == "trained" and credential.holds(moment) for credential in credentials):
        return "trained"
    demanding = period.demanding(moment)
    if any(credential.holds(moment) for credential in credentials) or any(
        cell.is_in(moment, *waiver.interval(state.row.zone))
        for waiver in known.waivers_for(period)
        for state in demanding
    ):
        return "waived"
    if all(state.row.status == "leave" for state in demanding):
        return "on_leave"
    if moment < period.valid_from + period.requirement.grace and not _has_held(credentials, period, moment):
        return "in_grace"
    covers_from = known.facts.covers_from["lms_completions"]
    if covers_from is not None and moment < covers_from:
        return "not_evaluable"
    return "gap"


def _has_held(credentials: list[Credential], period: Period, moment: dt.datetime) -> bool:
    """Whether a credential has held in the period, up to that instant."""
    return any(
        credential.valid_from <= moment and credential.valid_to > period.valid_from for credential in credentials
    )


def cause_at(known: Known, period: Period, moment: dt.datetime) -> str:
    """The cause of a gap at that instant."""
    if all(state.recorded_at > moment for state in period.demanding(moment)):
        return "not_recorded"
    if not any(account.is_active(moment) for account in known.accounts_of(period.worker_id)):
        return "no_account"
    credentials = known.credentials_for(period)
    crediting = [one for one in known.crediting(period) if one.assigned_at <= moment]
    such = [one for one in crediting if one.assigned_at >= period.valid_from - ASSIGNED_BEFORE]
    if not _has_held(credentials, period, moment) and not such:
        return "never_assigned"
    is_open = any(one.is_open(moment) for one in crediting)
    if such and not is_open:
        latest = max(such, key=lambda one: (one.assigned_at, one.assignment_id))
        if latest.removed_at <= moment and latest.removed_at < latest.completed_at:
            return "assignment_removed"
    has_ended = any(credential.valid_to <= moment for credential in credentials)
    if has_ended:
        return "expired" if is_open else "expired_unassigned"
    return "not_completed"


def all_segments(known: Known) -> list[Segment]:
    """The timeline up to as_of: per period, in order, neighbours that say the same joined."""
    return [segment for period in known.periods for segment in _segments(known, period)]


def _segments(known: Known, period: Period) -> list[Segment]:
    as_of = known.facts.as_of
    if period.valid_from > as_of:
        return []
    moments = sorted(
        {period.valid_from}
        | {moment for moment in _boundaries(known, period) if period.valid_from < moment < period.valid_to}
    )
    moments = [moment for moment in moments if moment <= as_of]
    last = period.valid_to if period.valid_to <= as_of else END
    segments: list[Segment] = []
    for start, end in zip(moments, [*moments[1:], last], strict=True):
        state = state_at(known, period, start)
        cause = cause_at(known, period, start) if state == "gap" else None
        if segments and (segments[-1].state, segments[-1].cause) == (state, cause):
            segments[-1] = replace(segments[-1], valid_to=end)
        else:
            segments.append(Segment(period=period, valid_from=start, valid_to=end, state=state, cause=cause))
    return segments


def _boundaries(known: Known, period: Period) -> set[dt.datetime]:
    """Every instant at which anything that concerns this period may change."""
    found: set[dt.datetime] = {period.valid_from + period.requirement.grace}
    for demand in period.demands:
        found |= {demand.valid_from, demand.valid_to, demand.state.recorded_at}
        for waiver in known.waivers_for(period):
            found |= set(waiver.interval(demand.state.row.zone))
    for credential in known.credentials_for(period):
        found |= {credential.valid_from, credential.valid_to}
    for account in known.accounts_of(period.worker_id):
        found |= {moment for interval in account.active for moment in interval}
    for assignment in known.crediting(period):
        found |= {assignment.assigned_at, assignment.removed_at, assignment.completed_at}
    covers_from = known.facts.covers_from["lms_completions"]
    if covers_from is not None:
        found.add(covers_from)
    return found - {BEGINNING, END}


def compliance_timeline(segments: list[Segment]) -> list[dict[str, object]]:
    """The published rows."""
    return [
        {
            "worker_id": segment.period.worker_id,
            "requirement_id": segment.period.requirement.requirement_id,
            "site": segment.period.site,
            "valid_from": segment.valid_from,
            "valid_to": shown(segment.valid_to),
            "state": segment.state,
            "cause": segment.cause,
            "owner": OWNERS[segment.cause] if segment.cause else None,
        }
        for segment in segments
    ]


def gaps(known: Known, segments: list[Segment]) -> list[dict[str, object]]:
    """The published rows; instead of gap_id and event_id the event's type, assignment and instant."""
    rows = []
    place = 0
    while place < len(segments):
        first = place
        while (
            place < len(segments)
            and segments[place].state == "gap"
            and segments[place].period is segments[first].period
        ):
            place += 1
        if place == first:
            place += 1
            continue
        run = segments[first:place]
        following = segments[place] if place < len(segments) else None
        if following is not None and following.period is not run[0].period:
            following = None
        rows.append(_gap(known, run, following))
    return rows


def _gap(known: Known, run: list[Segment], following: Segment | None) -> dict[str, object]:
    period, opened_at, closed_at = run[0].period, run[0].valid_from, run[-1].valid_to
    until = min(closed_at, known.facts.as_of)
    closed_by = None
    if closed_at != END:
        closed_by = _CLOSED_BY[following.state] if following is not None else "role_end"
    role = lead(period.demanding(opened_at))
    event = first_event(known.events, period.worker_id, opened_at)
    row: dict[str, object] = {
        "worker_id": period.worker_id,
        "person_id": known.facts.person(period.worker_id),
        "requirement_id": period.requirement.requirement_id,
        "site": period.site,
        "opened_at": opened_at,
        "closed_at": shown(closed_at),
        "closed_by": closed_by,
        "exposure_days": cell.days(until - opened_at),
        "first_cause": run[0].cause,
        "cause": run[-1].cause,
        "owner": OWNERS[str(run[-1].cause)],
        "severity": period.requirement.severity,
        "citation": period.requirement.citation,
        "job_code": role.job_code,
        "department": role.row.texts["department"],
        "role_site": role.site,
        "event_type": event.event_type if event else None,
        "event_assignment_key": event.assignment_key if event else None,
        "event_at": event.effective_at if event else None,
    }
    for cause in OWNERS:
        spent = [min(one.valid_to, until) - one.valid_from for one in run if one.cause == cause]
        row[f"days_{cause}"] = cell.days(sum(spent, dt.timedelta()))
    return row


def first_event(events: list[Event], worker_id: str, moment: dt.datetime) -> Event | None:
    """The worker's first event at that instant, ends apart."""
    there = [
        event
        for event in events
        if event.worker_id == worker_id and event.effective_at == moment and event.event_type not in ENDS
    ]
    return min(there, key=lambda event: event.rank, default=None)
