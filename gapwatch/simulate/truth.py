"""What is true of a worker: required times, credentials, gaps.

Owns the first half of the answer key. Works on what the simulation caused (``world``), never on a written
file and never with a model of the product. The rules are those of the contract, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gapwatch.simulate.clock import DAY, END, NEVER, add_months, days, midnight
from gapwatch.simulate.company import LMS_ZONE
from gapwatch.simulate.policy import Dispensation, Order, Policy
from gapwatch.simulate.stretches import Stretch, holds, union, without
from gapwatch.simulate.world import Assignment, Attempt, Event, Person, Worker

Need = tuple[str, str]
"""Requirement and site; the site is "" where the requirement is not site-specific."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A time in which training counts. ``ended_by`` is the first reason among equals."""

    start: int
    end: int
    ended_by: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A required time in which nothing excused the missing training; ``closed`` None is open at the end."""

    worker: str
    need: Need
    opened: int
    closed: int | None
    cause: str


@dataclass(slots=True)
class Ledger:
    """One worker's required times and what meets or excuses them."""

    worker: Worker
    person: Person
    policy: Policy
    required: dict[Need, list[Stretch]] = field(default_factory=dict)
    working: dict[Need, list[Stretch]] = field(default_factory=dict)
    asked: dict[Need, list[tuple[int, int, int]]] = field(default_factory=dict)
    credentials: dict[Need, list[Credential]] = field(default_factory=dict)
    waived: dict[str, list[Stretch]] = field(default_factory=dict)

    def is_met(self, need: Need, instant: int) -> bool:
        """Whether it is trained or waived at an instant."""
        trained = any(c.start <= instant < c.end for c in self.credentials.get(need, ()))
        return trained or holds(self.waived.get(need[0], ()), instant)

    def in_force(self, instant: int) -> list[Need]:
        """What the worker needs at an instant."""
        return [need for need, periods in self.required.items() if holds(periods, instant)]

    def counts(self, row: Assignment, need: Need) -> bool:
        """Whether an assignment counts for a need: window and site of the credit fit."""
        code, site = need
        is_anywhere = not self.policy.requirements[code].site_specific
        return any(
            credit.requirement == code and credit.holds(row.at) and (is_anywhere or credit.site in ("", site))
            for credit in self.policy.of_course(row.course)
        )


def ledger_of(worker: Worker, person: Person, policy: Policy, exceptions: list[Dispensation]) -> Ledger:
    """The books of one worker. ``exceptions`` are the worker's own that have effect."""
    ledger = Ledger(worker, person, policy)
    _require(ledger, exceptions)
    _credit(ledger)
    return ledger


def _require(ledger: Ledger, exceptions: list[Dispensation]) -> None:
    waived: dict[str, list[Stretch]] = {}
    for span in ledger.worker.spans:
        if span.start >= span.end:
            continue
        asked = list(ledger.policy.demands(span.role.key))
        for row in exceptions:
            low = max(midnight(row.starts, span.role.zone), row.approved)
            high = midnight(days(row.ends, 1), span.role.zone)
            if row.kind == "add":
                asked.append((row.requirement, low, high))
            else:
                waived.setdefault(row.requirement, []).append((max(low, span.start), min(high, span.end)))
        for code, low, high in asked:
            start, end = max(low, span.start), min(high, span.end)
            if start < end:
                site = span.role.site if ledger.policy.requirements[code].site_specific else ""
                ledger.asked.setdefault((code, site), []).append((start, end, span.recorded))
                if span.role.status != "leave":
                    ledger.working.setdefault((code, site), []).append((start, end))
    ledger.required = {need: union((s, e) for s, e, _ in rows) for need, rows in ledger.asked.items()}
    ledger.working = {need: union(rows) for need, rows in ledger.working.items()}
    ledger.waived = {code: union(rows) for code, rows in waived.items()}


def _credit(ledger: Ledger) -> None:
    needed = {code for code, _ in ledger.required}
    for attempt in ledger.person.attempts:
        if not attempt.is_pass:
            continue
        for credit in ledger.policy.of_course(attempt.course):
            if credit.requirement not in needed or not credit.holds(attempt.at):
                continue
            requirement = ledger.policy.requirements[credit.requirement]
            site = ""
            if requirement.site_specific:
                site = credit.site or attempt.site
                if not site:
                    continue
            elif credit.site and credit.site != attempt.site:
                continue
            need = (credit.requirement, site)
            if need in ledger.required:
                ledger.credentials.setdefault(need, []).append(_credential(ledger, attempt, need))


def _credential(ledger: Ledger, attempt: Attempt, need: Need) -> Credential:
    requirement = ledger.policy.requirements[need[0]]
    ends: list[tuple[int, str]] = [(NEVER, "")]
    if attempt.covers_to is not None:
        ends.append((midnight(days(attempt.covers_to, 1), LMS_ZONE), "expires_at"))
    if requirement.validity_months:
        ends.append((add_months(attempt.at, requirement.validity_months), "validity"))
    for event in ledger.worker.events:
        if event.kind in requirement.retrain_on and event.at > attempt.at:
            ends.append((event.at, "retrain_event"))
    for order in ledger.policy.orders:
        if order.requirement == need[0] and order.at > attempt.at and _concerns(order, ledger, need):
            ends.append((order.at, "retrain_order"))
    end, ended_by = min(ends, key=lambda item: item[0])
    return Credential(attempt.at, end, ended_by)


def _concerns(order: Order, ledger: Ledger, need: Need) -> bool:
    if not order.site:
        return True
    if need[1]:
        return need[1] == order.site
    return any(span.role.site == order.site for span in ledger.worker.employed_at(order.at))


def gaps_of(ledger: Ledger) -> list[Gap]:
    """Every gap of a worker up to the end of the simulation."""
    found: list[Gap] = []
    for need, periods in ledger.required.items():
        credentials = ledger.credentials.get(need, [])
        excused = [(c.start, c.end) for c in credentials]
        excused += ledger.waived.get(need[0], [])
        excused += without(periods, ledger.working.get(need, []))
        grace = ledger.policy.requirements[need[0]].grace_days * DAY
        for start, end in periods if grace else ():
            held = [max(c.start, start) for c in credentials if c.start < end and c.end > start]
            excused.append((start, min([start + grace, end, *held])))
        for opened, closed in without(periods, union(excused)):
            if opened < END:
                last = min(closed, END) - 1
                found.append(
                    Gap(
                        ledger.worker.code,
                        need,
                        opened,
                        closed if closed <= END else None,
                        cause_at(ledger, need, last),
                    )
                )
    return found


def cause_at(ledger: Ledger, need: Need, instant: int) -> str:
    """Why the need is not met at an instant within a gap."""
    period = next(p for p in ledger.required[need] if p[0] <= instant < p[1])
    if all(recorded > instant for start, end, recorded in ledger.asked[need] if start <= instant < end):
        return "not_recorded"
    if not any(account.created <= instant < account.closed for account in ledger.person.accounts):
        return "no_account"
    rows = [row for row in ledger.person.assignments if row.at <= instant and ledger.counts(row, need)]
    recent = [row for row in rows if row.at >= period[0] - 30 * DAY]
    credentials = ledger.credentials.get(need, [])
    has_held = any(c.start <= instant and c.end > period[0] for c in credentials)
    if not has_held and not recent:
        return "never_assigned"
    is_open = any(row.closed > instant for row in rows)
    if not is_open and recent:
        latest = max(recent, key=lambda row: (row.at, row.code))
        if latest.removed <= instant and latest.removed < latest.done:
            return "assignment_removed"
    if any(c.end <= instant for c in credentials):
        return "expired" if is_open else "expired_unassigned"
    return "not_completed"


def first_at(events: list[Event]) -> Event:
    """The event of an instant under which requirements are answered for."""
    order = (
        "hire", "rehire", "contractor_start", "role_change", "transfer", "leave_start", "leave_return",
        "termination", "contract_end",
    )  # fmt: skip
    return min(events, key=lambda e: (order.index(e.kind), e.assignment != "primary", e.assignment))
