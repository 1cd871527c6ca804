"""The HR desk: enters one worker's rows and keeps what they cause.

Owns the pairing of what HR types (``HrRow``) with what it does to the worker (``Span``, ``Event``). Every
event is stated by the caller, who knows why the row is typed; nothing is found by comparing rows.
"""

from __future__ import annotations

import datetime as dt

from gapwatch.simulate.clock import END, NEVER, days, midnight
from gapwatch.simulate.company import SITES
from gapwatch.simulate.world import Event, HrRow, Role, Span, Worker

PRIMARY = "primary"


class Desk:
    """Enters rows for one worker."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self._running: dict[str, Span] = {}

    @property
    def role(self) -> Role:
        """The role on the primary assignment now or last."""
        return self._running[PRIMARY].role

    def running(self, on: dt.date) -> list[str]:
        """Assignments that are employed just before ``on``."""
        return [key for key, span in self._running.items() if span.start < midnight(on, span.role.zone) <= span.end]

    def role_of(self, assignment: str) -> Role:
        """The role on one assignment now or last."""
        return self._running[assignment].role

    def is_fixed_term(self, assignment: str) -> bool:
        """Whether the running row of an assignment already names its end."""
        return self._running[assignment].end != NEVER

    def enter_offer(self, on: dt.date, role: Role, recorded: int) -> None:
        """A future colleague: a row that is not employment."""
        self.worker.rows.append(HrRow(PRIMARY, on, 0, recorded, role.but(status="prehire"), "OFFER"))

    def start(
        self,
        on: dt.date,
        role: Role,
        recorded: int,
        *,
        event: str | None,
        assignment: str = PRIMARY,
        reason: str = "HIRE",
        until: dt.date | None = None,
        mistyped: Role | None = None,
        is_recording_lost: bool = False,
    ) -> None:
        """An assignment begins. ``mistyped`` is what was entered first and corrected on the same date."""
        at = midnight(on, role.zone)
        first = recorded
        if mistyped is not None:
            self.worker.rows.append(HrRow(assignment, on, 0, recorded, mistyped, reason, until))
            recorded = min(recorded + 5400, END - 60)
            first = min(first, recorded) if _is_same(mistyped, role) else recorded
        if is_recording_lost:
            first = at
        row = HrRow(assignment, on, int(mistyped is not None), recorded, role, reason, until)
        if is_recording_lost:
            row.recorded = NEVER
        self.worker.rows.append(row)
        ends = [NEVER]
        if until is not None:
            ends.append(midnight(until, role.zone))
        if role.employment != "employee" and role.contract_end is not None:
            ends.append(midnight(days(role.contract_end, 1), role.zone))
        self._running[assignment] = span = Span(assignment, at, min(ends), role, first)
        self.worker.spans.append(span)
        if event is not None:
            self._tell(event, assignment, at, first, role.site, role.site)

    def change(
        self,
        on: dt.date,
        role: Role,
        recorded: int,
        *,
        events: tuple[str, ...],
        assignment: str = PRIMARY,
        reason: str,
        mistyped: Role | None = None,
        is_recording_lost: bool = False,
    ) -> None:
        """The running assignment goes on in another role."""
        before = self._running[assignment]
        self.start(
            on,
            role,
            recorded,
            event=None,
            assignment=assignment,
            reason=reason,
            mistyped=mistyped,
            is_recording_lost=is_recording_lost,
        )
        span = self._running[assignment]
        if before.end < span.start:
            raise AssertionError(f"{self.worker.code}: {assignment} had ended before {on}")
        before.end = span.start
        for event in events:
            self._tell(event, assignment, span.start, span.recorded, role.site, role.site)

    def stop(self, on: dt.date, recorded: int, *, reason: str = "TERM") -> None:
        """Employment ends: a terminated row on every running assignment."""
        for key in self.running(on):
            span = self._running[key]
            self._close(span, on, recorded, reason)
        last = self._running[PRIMARY]
        self._tell("termination", PRIMARY, last.end, recorded, last.role.site, last.role.site)

    def stop_second(self, assignment: str, on: dt.date, recorded: int) -> None:
        """One of several assignments ends by a row of its own."""
        span = self._running[assignment]
        self._close(span, on, recorded, "ENDASSIGN")
        self._tell("role_change", assignment, span.end, recorded, "", "")

    def lapse(self) -> None:
        """Tell of ends by contract_end_on or effective_to alone. Call before a break and at the last."""
        spans = list(self._running.values())
        if not spans:
            return
        last_end = max(span.end for span in spans)
        for span in spans:
            if span.end == NEVER or any(
                e.at == span.end and e.kind in ("termination", "contract_end") for e in self.worker.events
            ):
                continue
            if span.end == last_end:
                lead = self._running[PRIMARY] if self._running[PRIMARY].end == last_end else span
                site = lead.role.site
                self._tell("contract_end", lead.assignment, span.end, lead.recorded, site, site)
            elif not self._told(span.end, "role_change", span.assignment):
                self._tell("role_change", span.assignment, span.end, span.recorded, "", "")

    def _told(self, at: int, kind: str, assignment: str) -> bool:
        return any((e.at, e.kind, e.assignment) == (at, kind, assignment) for e in self.worker.events)

    def _close(self, span: Span, on: dt.date, recorded: int, reason: str) -> None:
        gone = span.role.but(status="terminated", contract_end=None)
        self.worker.rows.append(HrRow(span.assignment, on, 0, recorded, gone, reason))
        span.end = midnight(on, span.role.zone)

    def _tell(self, kind: str, assignment: str, at: int, recorded: int, site: str, sla_site: str) -> None:
        facility = SITES[sla_site].facility if sla_site else ""
        self.worker.events.append(Event(self.worker.code, assignment, kind, at, recorded, facility, site))


def _is_same(one: Role, other: Role) -> bool:
    return (one.status, one.employment, one.job, frozenset(one.scope), one.site) == (
        other.status,
        other.employment,
        other.job,
        frozenset(other.scope),
        other.site,
    )
