"""role_states and hr_events of the replay: who held which role when, and what happened.

Owns employment. Knows no policy and no LMS.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from properties import replay_text as cell
from properties.replay_facts import CONTINGENT, Facts, RoleRow
from properties.replay_text import END, shown

EMPLOYED: Final = frozenset({"active", "leave", "suspended"})
ENDS: Final = frozenset({"termination", "contract_end"})
STARTS: Final = frozenset({"hire", "rehire", "contractor_start"})
EVENT_ORDER: Final = (
    "hire",
    "rehire",
    "contractor_start",
    "role_change",
    "transfer",
    "leave_start",
    "leave_return",
)


@dataclass(frozen=True, kw_only=True)
class State:
    """One role state; ``row`` is the row that holds. Intervals are half-open, never empty."""

    worker_id: str
    assignment_key: str
    valid_from: dt.datetime
    valid_to: dt.datetime
    row: RoleRow
    recorded_at: dt.datetime
    is_ended_by_contract: bool
    job_title: str | None
    training_profile: str | None
    facility_type: str | None

    @property
    def is_employed(self) -> bool:
        """Whether it is employment."""
        return self.row.status in EMPLOYED

    @property
    def is_contingent(self) -> bool:
        """Whether it is of a contingent type; a missing type is not."""
        return self.row.employment_type in CONTINGENT

    @property
    def site(self) -> str | None:
        """Its site."""
        return self.row.texts["site"]

    @property
    def job_code(self) -> str | None:
        """Its job code."""
        return self.row.texts["job_code"]

    def holds(self, moment: dt.datetime) -> bool:
        """Whether it holds at that instant."""
        return self.valid_from <= moment < self.valid_to

    def holds_before(self, moment: dt.datetime) -> bool:
        """Whether it holds just before that instant."""
        return self.valid_from < moment <= self.valid_to


@dataclass(frozen=True, kw_only=True)
class Event:
    """One HR event; ``after`` and ``before`` are the employed states on its two sides."""

    worker_id: str
    assignment_key: str
    event_type: str
    effective_at: dt.datetime
    recorded_at: dt.datetime
    after: State | None
    before: State | None

    @property
    def rank(self) -> tuple[int, bool, str]:
        """Order among the events of one worker and instant; ends come last."""
        place = EVENT_ORDER.index(self.event_type) if self.event_type in EVENT_ORDER else len(EVENT_ORDER)
        return place, self.assignment_key != "primary", self.assignment_key


def lead(states: list[State]) -> State:
    """The state of ``primary``, else of the first assignment_key."""
    return min(states, key=lambda state: (state.assignment_key != "primary", state.assignment_key))


def all_states(facts: Facts) -> list[State]:
    """Every state of every worker and assignment, prehire and terminated included."""
    rows: dict[tuple[str, str], list[RoleRow]] = {}
    for row in facts.roles:
        rows.setdefault((row.worker_id, row.assignment_key), []).append(row)
    return [state for group in rows.values() for state in _states(facts, group)]


def _states(facts: Facts, group: list[RoleRow]) -> list[State]:
    earliest = dt.datetime.min.replace(tzinfo=dt.UTC)
    ordered = sorted(
        group,
        key=lambda row: (
            row.written,
            row.sequence,
            row.recorded_at is not None,
            row.recorded_at or earliest,
            row.place,
        ),
    )
    holding = [
        row
        for row, following in zip(ordered, [*ordered[1:], None], strict=True)
        if following is None or following.written != row.written
    ]
    states = []
    for place, row in enumerate(holding):
        next_start = min((later.start for later in holding[place + 1 :]), default=END)
        end = min(next_start, row.end, row.contract_end)
        if row.start >= end:
            continue
        job = facts.jobs.get(row.texts["job_code"] or "")
        states.append(
            State(
                worker_id=row.worker_id,
                assignment_key=row.assignment_key,
                valid_from=row.start,
                valid_to=end,
                row=row,
                recorded_at=min(
                    other.recorded_at or other.observed_at or other.start
                    for other in group
                    if _says_the_same(other, row)
                ),
                is_ended_by_contract=end == row.contract_end and end not in (END, next_start, row.end),
                job_title=row.texts["job_title"] or (cell.text(job.get("job_title")) if job else None),
                training_profile=cell.text(job.get("training_profile")) if job else None,
                facility_type=facts.facility_type(row.texts["site"]),
            )
        )
    return states


def _says_the_same(one: RoleRow, other: RoleRow) -> bool:
    return (
        one.start,
        one.status,
        one.employment_type,
        one.texts["job_code"],
        one.task_scope,
        one.texts["site"],
    ) == (
        other.start,
        other.status,
        other.employment_type,
        other.texts["job_code"],
        other.task_scope,
        other.texts["site"],
    )


def islands(states: list[State]) -> list[tuple[dt.datetime, dt.datetime]]:
    """The stretches without a break in which any of these states is employment, in order."""
    merged: list[tuple[dt.datetime, dt.datetime]] = []
    for state in sorted((state for state in states if state.is_employed), key=lambda one: one.valid_from):
        if merged and state.valid_from <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], state.valid_to))
        else:
            merged.append((state.valid_from, state.valid_to))
    return merged


def all_events(facts: Facts, states: list[State]) -> list[Event]:
    """The HR events of every worker, future ones included."""
    return [
        event
        for worker_id in sorted({state.worker_id for state in states})
        for event in _worker_events(facts, worker_id, states)
    ]


def _worker_events(facts: Facts, worker_id: str, states: list[State]) -> list[Event]:
    mine = [state for state in states if state.worker_id == worker_id]
    employed = [state for state in mine if state.is_employed]
    instants = sorted({state.valid_from for state in employed} | {state.valid_to for state in employed} - {END})
    events: list[Event] = []
    for moment in instants:
        before = {state.assignment_key: state for state in employed if state.holds_before(moment)}
        after = {state.assignment_key: state for state in employed if state.holds(moment)}
        if after and not before:
            start = lead(list(after.values()))
            hired_on = facts.hired_on.get(worker_id)
            is_known_before = moment == instants[0] and (
                start.row.is_from_first_snapshot or (hired_on is not None and hired_on < start.row.written.date())
            )
            if not is_known_before:
                kind = _start_type(facts, start, states)
                events.append(_event(kind, moment, mine, after=start, before=None))
        elif before and not after:
            ended = lead(list(before.values()))
            by_contract = all(state.is_ended_by_contract for state in before.values())
            kind = "contract_end" if by_contract else "termination"
            events.append(_event(kind, moment, mine, after=None, before=ended))
        else:
            events += _changes(facts, moment, mine, before, after, states)
    return events


def _changes(
    facts: Facts,
    moment: dt.datetime,
    mine: list[State],
    before: dict[str, State],
    after: dict[str, State],
    states: list[State],
) -> list[Event]:
    """Events at an instant on both sides of which the worker is employed."""
    events: list[Event] = []
    conversions: list[State] = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old is new:
            continue
        kinds = []
        if old is None or new is None:
            kinds.append("role_change")
        else:
            if (old.job_code, old.row.task_scope) != (new.job_code, new.row.task_scope):
                kinds.append("role_change")
            if old.site != new.site:
                kinds.append("transfer")
            if old.row.status != "leave" and new.row.status == "leave":
                kinds.append("leave_start")
            if old.row.status == "leave" and new.row.status != "leave":
                kinds.append("leave_return")
            if old.is_contingent != new.is_contingent:
                conversions.append(new)
        events += [_event(kind, moment, mine, after=new, before=old) for kind in kinds]
    if conversions:
        new = lead(conversions)
        kind = _start_type(facts, new, states)
        events.append(_event(kind, moment, mine, after=new, before=before[new.assignment_key]))
    return events


def _start_type(facts: Facts, start: State, states: list[State]) -> str:
    if start.is_contingent:
        return "contractor_start"
    person = facts.person(start.worker_id)
    was_employee = any(
        state.is_employed
        and not state.is_contingent
        and state.valid_from < start.valid_from
        and facts.person(state.worker_id) == person
        for state in states
    )
    return "rehire" if was_employee else "hire"


def _event(kind: str, moment: dt.datetime, mine: list[State], *, after: State | None, before: State | None) -> Event:
    side = after or before
    assert side is not None
    starting = next(
        (state for state in mine if state.assignment_key == side.assignment_key and state.valid_from == moment),
        None,
    )
    return Event(
        worker_id=side.worker_id,
        assignment_key=side.assignment_key,
        event_type=kind,
        effective_at=moment,
        recorded_at=(starting or side).recorded_at,
        after=after,
        before=before,
    )


def role_states(states: list[State]) -> list[dict[str, object]]:
    """The published rows."""
    names = (
        "job_code",
        "department",
        "cost_center",
        "site",
        "manager_id",
        "agency",
        "sponsor_id",
        "task_scope",
    )
    return [
        {
            "worker_id": state.worker_id,
            "assignment_key": state.assignment_key,
            "valid_from": state.valid_from,
            "valid_to": shown(state.valid_to),
            "status": state.row.status,
            "employment_type": state.row.employment_type,
            "job_title": state.job_title,
            "training_profile": state.training_profile,
            "facility_type": state.facility_type,
            "contract_end_on": state.row.contract_end_on,
            "recorded_at": state.recorded_at,
            **{name: state.row.texts[name] for name in names},
        }
        for state in states
    ]


def hr_events(events: list[Event]) -> list[dict[str, object]]:
    """The published rows, without event_id."""
    return [
        {
            "worker_id": event.worker_id,
            "assignment_key": event.assignment_key,
            "event_type": event.event_type,
            "effective_at": event.effective_at,
            "recorded_at": event.recorded_at,
            "job_code": event.after.job_code if event.after else None,
            "previous_job_code": event.before.job_code if event.before else None,
            "site": event.after.site if event.after else None,
            "previous_site": event.before.site if event.before else None,
        }
        for event in events
    ]
