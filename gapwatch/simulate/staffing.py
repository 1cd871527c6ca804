"""Who starts when: the staff on the first day, weekly hires, turnaround crews, agency nurses.

Owns head counts and identities (worker and person ids, names, e-mails). Careers begin here and go on in
``hris`` and ``contracts``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from gapwatch.simulate.clock import END_ON, days
from gapwatch.simulate.company import (
    AGENCIES,
    CHEMICAL_STAFF,
    CRAFTS,
    DEPOT_STAFF,
    FOOD_STAFF,
    HOSPITAL_STAFF,
    JOBS,
    NEW_JOBS,
)
from gapwatch.simulate.contracts import Contracts
from gapwatch.simulate.hris import HOSPITALS, SCOPES, Careers
from gapwatch.simulate.names import FIRST, LAST
from gapwatch.simulate.world import Person, Role, Worker, World

_LEADS = ("LSUP", "WSUP", "PSUP", "RNCH")


class Staffing:
    """Fills a world with people. ``workers`` is the number of worker ids to come close to."""

    def __init__(self, world: World, workers: int, quiet: frozenset[dt.date]) -> None:
        self.world = world
        self.rng = world.rng
        self.total = workers
        self.leads: dict[str, list[str]] = {}
        self.careers = Careers(world, quiet, self.leads)
        self.contracts = Contracts(self.careers, self.new_worker)
        self._mailboxes: dict[str, int] = {}

    def fill(self) -> None:
        """Everybody who works at any time, with their whole careers."""
        food, chemical = round(self.total * 0.42), round(self.total * 0.23)
        self._food(food)
        self._chemical(chemical)
        self._hospitals(self.total - food - chemical)

    # -- divisions

    def _food(self, total: int) -> None:
        there = round(total * 0.45)
        for index in range(there):
            self._employee("FDC1" if index % 6 == 5 else "FRS1", index < max(2, there // 20))
        for on in self._mondays(total - there):
            site = "FDC1" if self.rng.random() < 0.15 else "FRS1"
            if self.rng.random() < 0.14:
                self._temporary(site, on)
            else:
                self._employee(site, False, on)

    def _chemical(self, total: int) -> None:
        staff = round(total * 0.45)
        there = round(staff * 0.85)
        for index in range(there):
            self._employee("BAY1", index < max(1, there // 12))
        for on in self._mondays(staff - there):
            self._employee("BAY1", False, on)
        crews = total - staff
        already = crews // 7
        for _ in range(already):
            self._crew_member(self.world.start, self._agency("contractor"), is_there=True)
        left = crews - already
        turnarounds = max(2, (END_ON - self.world.start).days // 45)
        for number in range(turnarounds):
            size = left // turnarounds + (number < left % turnarounds)
            on = self.careers.day_after(days(self.world.start, 20 + 45 * number), 0, 6)
            agency = self._agency("contractor")
            for _ in range(size):
                self._crew_member(on, agency)

    def _hospitals(self, total: int) -> None:
        staff = round(total * 0.8)
        there = round(staff * 0.72)
        for index in range(there):
            self._employee(HOSPITALS[index % 3], index < max(3, there // 20))
        for on in self._mondays(staff - there):
            self._employee(self.rng.choice(HOSPITALS), False, on)
        agency = total - staff
        for number in range(agency):
            self._agency_nurse(None if number < agency // 3 else self._mondays(1)[0])

    # -- people

    def _employee(self, site: str, is_lead: bool, on: dt.date | None = None) -> None:
        staff: Sequence[tuple[str, int]] = (
            FOOD_STAFF
            if site == "FRS1"
            else DEPOT_STAFF
            if site == "FDC1"
            else CHEMICAL_STAFF
            if site == "BAY1"
            else HOSPITAL_STAFF
        )
        names, weights = zip(*staff, strict=True)
        job = self.rng.choices(names, weights)[0]
        if is_lead:
            job = next(name for name in names if name in _LEADS)
        elif on is None and job in NEW_JOBS:
            job = names[0]
        scope: tuple[str, ...] = ()
        if site == "BAY1":
            scope = tuple(item for item in SCOPES if self.rng.random() < 0.25)
        role = Role("active", "employee", job, JOBS[job].department, site, self.careers.manager(site), scope=scope)
        if on is None:
            hired = days(self.world.start, -self.rng.randint(30, 3600))
            worker = self.new_worker(site, hired, "employee")
            self.careers.employ(self.new_person(), worker, self.world.start, role, event=None)
            if job in _LEADS:
                self.leads.setdefault(site, []).append(worker.code)
        else:
            worker = self.new_worker(site, on, "employee")
            self.careers.employ(self.new_person(), worker, on, role, event="hire")

    def _temporary(self, site: str, on: dt.date) -> None:
        end = days(on, self.rng.randint(45, 110))
        job = "PACK" if site == "FRS1" else "WHSE"
        self._contingent("temporary", self._agency("temporary"), job, site, on, end)

    def _crew_member(self, on: dt.date, agency: str, *, is_there: bool = False) -> None:
        job: str = self.rng.choices([name for name, _ in CRAFTS], [weight for _, weight in CRAFTS])[0]
        end = days(on, self.rng.choice((20, 27, 34, 41, 55)))
        self._contingent("contractor", agency, job, "BAY1", on, end, is_there=is_there)

    def _agency_nurse(self, on: dt.date | None) -> None:
        start = on or self.world.start
        end = days(start, 90)
        self._contingent(
            "agency",
            self._agency("agency"),
            "AGRN",
            self.rng.choice(HOSPITALS),
            start,
            end,
            is_there=on is None,
        )

    def _contingent(
        self,
        kind: str,
        agency: str,
        job: str,
        site: str,
        on: dt.date,
        end: dt.date,
        *,
        is_there: bool = False,
    ) -> None:
        manager = self.careers.manager(site)
        role = Role("active", kind, job, JOBS[job].department, site, manager, agency, manager, end)
        hired = days(on, -self.rng.randint(20, 60)) if is_there else on
        worker = self.new_worker(site, hired, kind)
        event = None if is_there else "contractor_start"
        self.contracts.engage(self.new_person(), worker, on, role, event=event)

    def _agency(self, kind: str) -> str:
        return self.rng.choice(AGENCIES[kind])

    def _mondays(self, number: int) -> list[dt.date]:
        """Start dates of so many hires, in order: Mondays, evenly, up to three beyond the simulated time."""
        first = days(self.world.start, (7 - self.world.start.weekday()) % 7 or 7)
        weeks = (END_ON - first).days // 7 + 4
        chosen = [int((index + self.rng.random()) * weeks / number) for index in range(number)]
        return [self.careers.day_after(days(first, 7 * week), 0, 0) for week in chosen]

    def new_person(self) -> Person:
        """Somebody with a name of their own mailbox."""
        first, last = self.rng.choice(FIRST), self.rng.choice(LAST)
        mailbox = f"{first}.{last}".lower()
        count = self._mailboxes[mailbox] = self._mailboxes.get(mailbox, 0) + 1
        mailbox += str(count) if count > 1 else ""
        number = self.world.serial("person")
        person = Person(
            f"P{number:06}",
            f"{first} {last}",
            f"{mailbox}@meridian.example",
            f"{first[0]}{last}{number}".lower(),
        )
        self.world.people.append(person)
        return person

    def new_worker(self, site: str, hired_on: dt.date, worker_type: str) -> Worker:
        """A worker id in the style of its HR system."""
        if site in ("FRS1", "FDC1"):
            code = f"{4000 + self.world.serial('food'):06}"
        elif site == "BAY1":
            code = f"{'B' if worker_type == 'employee' else 'C'}{20000 + self.world.serial('chemical')}"
        else:
            code = f"{'H' if worker_type == 'employee' else 'A'}{30000 + self.world.serial('hospital')}"
        return Worker(code, hired_on, worker_type)
