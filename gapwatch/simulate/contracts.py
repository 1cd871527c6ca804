"""Contingent careers: turnaround crews, temporary staff and agency nurses.

Owns contracts with their extensions (in time and late), early ends, ends HR noticed and ends nobody
noticed, and the step from contingent to employee under a new number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

from gapwatch.simulate.clock import END, days, midnight
from gapwatch.simulate.company import JOBS
from gapwatch.simulate.desk import Desk
from gapwatch.simulate.hris import HORIZON, HOSPITALS, Careers
from gapwatch.simulate.world import Person, Role, Worker

_OUTCOMES: Final = {
    "contractor": (
        ("extended", 26),
        ("late", 7),
        ("early", 15),
        ("noticed", 18),
        ("silent", 34),
        ("hired", 3),
    ),
    "temporary": (
        ("extended", 15),
        ("late", 3),
        ("early", 20),
        ("noticed", 20),
        ("silent", 20),
        ("hired", 22),
    ),
    "agency": (("extended", 44), ("late", 5), ("early", 10), ("noticed", 15), ("silent", 20), ("hired", 6)),
}


class Contracts:
    """Plays the engagements of contingent workers."""

    def __init__(self, careers: Careers, new_worker: Callable[[str, dt.date, str], Worker]) -> None:
        self.careers = careers
        self.rng = careers.rng
        self.new_worker = new_worker

    def engage(self, person: Person, worker: Worker, on: dt.date, role: Role, *, event: str | None) -> None:
        """A contract begins; what follows depends on how it ends."""
        recorded = self.careers.typed(on, role.zone, late=0.2, latest=10)
        if event is None:
            recorded = midnight(days(on, -5), role.zone)
        if recorded >= END:
            return
        person.workers.append(worker)
        desk = Desk(worker)
        desk.start(on, role, recorded, event=event, reason="CONVERSION" if event is None else "CONTRACT")
        self._run(person, desk, on, role.contract_end or on)
        desk.lapse()

    def _run(self, person: Person, desk: Desk, on: dt.date, end: dt.date) -> None:
        rng, careers = self.rng, self.careers
        while True:
            if desk.role.employment == "agency":
                self._float(desk, on, end)
            if end > HORIZON:
                return
            names, weights = zip(*_OUTCOMES[desk.role.employment], strict=True)
            outcome = rng.choices(names, weights)[0]
            role = desk.role
            length = max(14, (end - on).days)
            if outcome in ("extended", "late"):
                if outcome == "extended":
                    since = days(end, 1 - rng.choice((0, 0, 0, 3, 9)))
                    since = since if since not in careers.quiet else days(since, -1)
                else:
                    since = careers.day_after(end, 4, 20)
                until = days(since, rng.randint(14, length + 14))
                recorded = careers.typed(since, role.zone, late=0.2, latest=8)
                if recorded >= END:
                    return
                to = role.but(contract_end=until)
                if outcome == "extended":
                    desk.change(since, to, recorded, events=(), reason="EXTEND")
                else:
                    desk.lapse()
                    desk.start(since, to, recorded, event="contractor_start", reason="CONTRACT")
                on, end = since, until
                continue
            if not self._end(person, desk, outcome, on, end):
                return
            again = careers.day_after(end, 40, 160)
            if rng.random() >= 0.3 or again > HORIZON:
                return
            recorded = careers.typed(again, role.zone, late=0.2, latest=8)
            if recorded >= END:
                return
            on, end = again, days(again, rng.randint(21, 60))
            desk.lapse()
            back = role.but(contract_end=end)
            desk.start(on, back, recorded, event="contractor_start", reason="CONTRACT")

    def _end(self, person: Person, desk: Desk, outcome: str, on: dt.date, end: dt.date) -> bool:
        """End a contract; True when the worker may come back under the same number."""
        careers, role = self.careers, desk.role
        if outcome == "hired":
            first = days(end, 1)
            if first in careers.quiet or first > HORIZON:
                return False
            worker = self.new_worker(role.site, first, "employee")
            job = {"AGRN": "RN", "CSCF": "POP1", "CWLD": "MIT1", "CCRN": "MIT1", "CINS": "POP1"}.get(role.job, role.job)
            to = Role("active", "employee", job, JOBS[job].department, role.site, careers.manager(role.site))
            careers.employ(person, worker, first, to, event="hire")
            return False
        if outcome in ("early", "noticed"):
            if outcome == "early":
                least, most = 5, max(6, (end - on).days - 3)
                stop = careers.day_after(on, least, most)
            else:
                stop = days(end, 1)
            if stop > days(end, 1) or stop in careers.quiet:
                return False
            recorded = careers.typed(stop, role.zone, late=0.3, latest=9)
            if recorded >= END:
                return False
            running = [span for span in desk.worker.spans if span.end > midnight(stop, role.zone)]
            if any(span.start >= midnight(stop, role.zone) for span in running):
                return False
            desk.stop(stop, recorded, reason="CUT" if outcome == "early" else "CONTRACTEND")
        return True

    def _float(self, desk: Desk, on: dt.date, end: dt.date) -> None:
        """Agency nurses float: a move to another hospital, or a second assignment beside the first."""
        rng, careers = self.rng, self.careers
        if (end - on).days < 45 or rng.random() < 0.35:
            return
        since = careers.day_after(on, 12, 35)
        recorded = careers.typed(since, desk.role.zone, late=0.25, latest=5)
        if recorded >= END:
            return
        role = desk.role
        site = rng.choice([name for name in HOSPITALS if name != role.site])
        if rng.random() < 0.6:
            to = role.but(site=site, manager=careers.manager(site))
            desk.change(since, to, recorded, events=("transfer",), reason="FLOAT")
            return
        last = end if rng.random() < 0.5 else careers.day_after(since, 5, 20)
        if last > end:
            return
        to = role.but(site=site, contract_end=last)
        key = f"float{len(desk.worker.spans)}"
        desk.start(since, to, recorded, event="role_change", assignment=key, reason="FLOAT")
