"""Careers: what happens to a worker, and when HR types it.

Owns hires, promotions, transfers, leave, contracts and ends, with their back-dated and future-dated
entries. What HR would enter after the end of the simulation is not entered, and a career stops there.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Final

from gapwatch.simulate.clock import END, END_ON, days, midnight
from gapwatch.simulate.company import PROMOTIONS, SITES
from gapwatch.simulate.desk import Desk
from gapwatch.simulate.world import Person, Role, Worker, World

HORIZON: Final = days(END_ON, 30)
HOSPITALS: Final = ("HNY1", "HNY2", "HNY3")
SCOPES: Final = ("emergency", "waste-handling", "hazmat")
_MONTHLY: Final = {"food_plant": 0.10, "warehouse": 0.09, "chemical_plant": 0.06, "hospital": 0.08}
_TURNS: Final = {
    "food_plant": (
        ("end", 46),
        ("promotion", 18),
        ("transfer", 6),
        ("leave", 14),
        ("move", 8),
        ("suspension", 4),
    ),
    "warehouse": (("end", 44), ("promotion", 18), ("transfer", 10), ("leave", 14), ("suspension", 4)),
    "chemical_plant": (("end", 12), ("promotion", 22), ("scope", 40), ("leave", 16), ("move", 10)),
    "hospital": (
        ("end", 20),
        ("promotion", 14),
        ("transfer", 24),
        ("leave", 18),
        ("second", 12),
        ("move", 6),
    ),
}


class Careers:
    """Plays the working lives of a world."""

    def __init__(self, world: World, quiet: frozenset[dt.date], leads: dict[str, list[str]]) -> None:
        self.world = world
        self.rng: random.Random = world.rng
        self.quiet = quiet
        self.leads = leads

    # -- when HR types it

    def typed(self, on: dt.date, zone: str, *, late: float = 0.12, latest: int = 20) -> int:
        """The instant at which HR enters a change that takes effect ``on``."""
        draw = self.rng.random()
        if draw < late:
            day = days(on, self.rng.randint(1, latest))
        elif draw < late + 0.2:
            day = on
        else:
            day = days(on, -self.rng.randint(1, 14))
        return midnight(day, zone) + self.rng.randint(8 * 3600, 17 * 3600)

    def day_after(self, on: dt.date, least: int, most: int) -> dt.date:
        """A day ``least`` to ``most`` days later on which no policy changes."""
        day = days(on, self.rng.randint(least, most))
        while day in self.quiet:
            day = days(day, 1)
        return day

    def manager(self, site: str) -> str:
        """A supervisor of the site, or none."""
        leads = self.leads.get(site)
        return self.rng.choice(leads) if leads else ""

    # -- employees

    def employ(self, person: Person, worker: Worker, on: dt.date, role: Role, *, event: str | None) -> None:
        """An employee starts (``event`` None: was there before the records begin) and works on."""
        desk = Desk(worker)
        person.workers.append(worker)
        if event is None:
            recorded = midnight(days(on, -5), role.zone)
            desk.start(on, role, recorded, event=None, reason="CONVERSION")
        else:
            recorded = self.typed(on, role.zone, late=0.08, latest=12)
            if recorded >= END:
                person.workers.remove(worker)
                return
            self._hire(desk, on, role, recorded, event)
        self._work(person, desk, on)
        desk.lapse()

    def _hire(self, desk: Desk, on: dt.date, role: Role, recorded: int, event: str) -> None:
        mistyped = None
        draw = self.rng.random()
        if draw < 0.02:
            mistyped = role.but(department="Unassigned")
        elif draw < 0.04 and role.job in PROMOTIONS:
            mistyped = role.but(job=PROMOTIONS[role.job])
        if role.site in HOSPITALS and event == "hire" and self.rng.random() < 0.3:
            offer = days(on, -self.rng.randint(15, 40))
            if offer >= self.world.start:
                desk.enter_offer(offer, role, midnight(offer, role.zone) + 9 * 3600)
        lost = role.site in ("FRS1", "FDC1") and mistyped is None and on <= END_ON and self.rng.random() < 0.06
        desk.start(on, role, recorded, event=event, mistyped=mistyped, is_recording_lost=lost)

    def _work(self, person: Person, desk: Desk, on: dt.date) -> None:
        rng = self.rng
        while True:
            facility = SITES[desk.role.site].facility
            wait = int(rng.expovariate(_MONTHLY[facility] / 30))
            on = self.day_after(on, 25 + wait, 25 + wait)
            if on > HORIZON:
                return
            names, weights = zip(*_TURNS[facility], strict=True)
            turn = rng.choices(names, weights)[0]
            recorded = self.typed(on, desk.role.zone)
            if recorded >= END:
                return
            if turn == "end":
                desk.stop(on, recorded, reason=rng.choice(("RESIGN", "TERM", "RETIRE")))
                later = self._return(person, desk, on)
                if later is None:
                    return
                on = later
            else:
                later = self._turn(turn, desk, on, recorded)
                if later is None:
                    return
                on = later

    def _return(self, person: Person, desk: Desk, on: dt.date) -> dt.date | None:
        """Some leavers come back under their old number."""
        if self.rng.random() >= 0.16:
            return None
        on = self.day_after(on, 20, 240)
        was_employee = any(s.role.employment == "employee" for w in person.workers for s in w.spans)
        role = desk.role.but(status="active", manager=self.manager(desk.role.site))
        recorded = self.typed(on, role.zone, late=0.05)
        if recorded >= END or on > HORIZON:
            return None
        desk.start(on, role, recorded, event="rehire" if was_employee else "hire", reason="REHIRE")
        return on

    def _turn(self, turn: str, desk: Desk, on: dt.date, recorded: int) -> dt.date | None:
        """One thing that happens; the day from which life goes on, or None when nothing more is entered."""
        role, rng = desk.role, self.rng
        if turn == "promotion":
            self._promote(desk, on, recorded)
        elif turn == "transfer":
            self._transfer(desk, on, recorded)
        elif turn == "scope":
            chosen = tuple(item for item in SCOPES if rng.random() < 0.45)
            if frozenset(chosen) != frozenset(role.scope):
                desk.change(on, role.but(scope=chosen), recorded, events=("role_change",), reason="TASKS")
        elif turn == "move":
            moved = role.but(manager=self.manager(role.site))
            if role.job == "PACK":
                moved = moved.but(department="Palletising" if role.department == "Packaging" else "Packaging")
            desk.change(on, moved, recorded, events=(), reason="DEPT")
        elif turn == "suspension":
            back = self.day_after(on, 5, 14)
            desk.change(on, role.but(status="suspended"), recorded, events=(), reason="SUSP")
            again = max(recorded + 3600, midnight(back, role.zone) - 7200)
            if again >= END:
                return None
            desk.change(back, role, again, events=(), reason="REINSTATE")
            return back
        elif turn == "leave":
            return self._leave(desk, on, recorded)
        elif turn == "second":
            return self._second(desk, on, recorded)
        return on

    def _promote(self, desk: Desk, on: dt.date, recorded: int) -> None:
        role = desk.role
        job = PROMOTIONS.get(role.job)
        if job is None:
            return
        to = role.but(job=job, manager=self.manager(role.site))
        kinds: tuple[str, ...] = ("role_change",)
        if role.site in HOSPITALS and self.rng.random() < 0.3:
            to = to.but(site=self.rng.choice([site for site in HOSPITALS if site != role.site]))
            kinds = ("role_change", "transfer")
        mistyped = to.but(job=role.job) if self.rng.random() < 0.06 else None
        desk.change(on, to, recorded, events=kinds, reason="PROMO", mistyped=mistyped)
        if job in ("LSUP", "WSUP", "PSUP", "RNCH"):
            self.leads.setdefault(to.site, []).append(desk.worker.code)

    def _transfer(self, desk: Desk, on: dt.date, recorded: int) -> None:
        role = desk.role
        if role.site in HOSPITALS:
            site = self.rng.choice([site for site in HOSPITALS if site != role.site])
        else:
            site = "FDC1" if role.site == "FRS1" else "FRS1"
        desk.change(on, role.but(site=site, manager=self.manager(site)), recorded, events=("transfer",), reason="XFER")

    def _leave(self, desk: Desk, on: dt.date, recorded: int) -> dt.date | None:
        roles = {key: desk.role_of(key) for key in desk.running(on) if not desk.is_fixed_term(key)}
        for key, role in roles.items():
            desk.change(on, role.but(status="leave"), recorded, events=("leave_start",), assignment=key, reason="LOA")
        back = self.day_after(on, 14, 120)
        again = max(recorded + 3600, self.typed(back, desk.role.zone, late=0.08, latest=6))
        if again >= END:
            return None
        for key, role in roles.items():
            desk.change(back, role, again, events=("leave_return",), assignment=key, reason="RFL")
        return back

    def _second(self, desk: Desk, on: dt.date, recorded: int) -> dt.date | None:
        """A second job at another hospital, ended by its own row or by the end date it was given."""
        site = self.rng.choice([site for site in HOSPITALS if site != desk.role.site])
        job = self.rng.choice((desk.role.job, "CNA", "REGI"))
        role = desk.role.but(site=site, job=job, manager=self.manager(site))
        over = self.day_after(on, 30, 150)
        key = f"second{len(desk.worker.spans)}"
        if self.rng.random() < 0.5:
            desk.start(on, role, recorded, event="role_change", assignment=key, reason="CONCURRENT", until=over)
            return on
        desk.start(on, role, recorded, event="role_change", assignment=key, reason="CONCURRENT")
        again = max(recorded + 3600, self.typed(over, role.zone))
        if again >= END:
            return None
        desk.stop_second(key, over, again)
        return over
