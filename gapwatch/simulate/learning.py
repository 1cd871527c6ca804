"""One person's learning: courses assigned, attempted, passed, renewed and silently removed.

Owns the person's agenda, which is played in time order and ends with the simulation, and what learners do.
Which courses an HR change brings is decided in ``lms``.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable
from functools import partial
from typing import Final

from gapwatch.simulate.clock import DAY, END, HOUR, NEVER, add_months, local_day, noon
from gapwatch.simulate.company import LMS_ZONE
from gapwatch.simulate.world import Account, Assignment, Attempt, Person, Worker, World

_TRAINERS: Final = ("K. Aldergate", "S. Finmoor", "P. Redwell", "J. Holtman")


def settle(person: Person) -> None:
    """The LMS closes an assignment with the first pass of the course by the account from then on."""
    passes: dict[tuple[str, str], list[int]] = {}
    for attempt in person.attempts:
        if attempt.is_pass:
            passes.setdefault((attempt.account.code, attempt.course), []).append(attempt.at)
    for row in person.assignments:
        later = [at for at in passes.get((row.account.code, row.course), ()) if at >= row.at]
        row.done = min(later, default=NEVER)


class Learning:
    """One person's courses while they are being played."""

    def __init__(self, world: World, person: Person) -> None:
        self.world, self.rng, self.policy, self.person = world, world.rng, world.policy, person
        self.agenda: list[tuple[int, int, Callable[[int], None]]] = []
        self.count = 0
        self.held: dict[tuple[str, str], tuple[int, int]] = {}

    def run(self) -> None:
        """Play the agenda to its end."""
        while self.agenda:
            instant, _, act = heapq.heappop(self.agenda)
            act(instant)
        settle(self.person)

    def at(self, instant: int, act: Callable[[int], None]) -> None:
        """Put something on the agenda."""
        if instant < END:
            self.count += 1
            heapq.heappush(self.agenda, (instant, self.count, act))

    def _active(self, instant: int) -> Account | None:
        live = [a for a in self.person.accounts if a.created <= instant < a.closed]
        return live[-1] if live else None

    def _needs(self, worker: Worker, instant: int) -> dict[tuple[str, str], None]:
        found: dict[tuple[str, str], None] = {}
        for span in worker.employed_at(instant):
            found.update(self.policy.needed(span.role.key, instant))
        return found

    def _course(self, code: str, site: str, instant: int) -> str | None:
        """The course for a requirement; at times another that counts, or the withdrawn edition."""
        course = self.policy.course_for(code, site, instant)
        draw = self.rng.random()
        if draw < 0.08:
            others = self.policy.courses_for(code, site, instant)
            return self.rng.choice(others) if others else course
        if course == "HAZ-101" and draw < 0.14:
            return "HAZ-100"
        return course

    def _assign(
        self,
        account: Account,
        course: str,
        instant: int,
        origin: str,
        *,
        due_in: int,
        cause: str,
        ready: int = 0,
        is_past: bool = False,
    ) -> Assignment | None:
        rng = self.rng
        for row in self.person.assignments:
            if row.course == course and row.account is account and row.at <= instant < row.closed:
                return None
        row = Assignment(
            f"AS{self.world.serial('assignment'):07}",
            account,
            course,
            instant,
            origin,
            instant + due_in * DAY,
            cause=cause,
        )
        self.person.assignments.append(row)
        if is_past:
            return row
        if rng.random() < 0.03:
            self.at(instant + rng.randint(HOUR, 15 * DAY), partial(self._remove, row))
        draw = rng.random()
        if draw < 0.03:
            return row
        if instant < ready - HOUR and draw < 0.78:
            first = rng.randint(instant + HOUR // 2, ready)
        elif draw < 0.92:
            first = max(instant, ready) + rng.randint(HOUR, 5 * DAY)
        else:
            first = max(instant, ready) + rng.randint(5 * DAY, 60 * DAY)
        self.at(first, partial(self._attempt, row, 0))
        return row

    def _remove(self, row: Assignment, instant: int) -> None:
        if row.closed > instant:
            row.removed = instant

    def _attempt(self, row: Assignment, tries: int, instant: int) -> None:
        rng = self.rng
        if row.closed <= instant or not row.account.created <= instant < row.account.closed:
            return
        spans = [span for worker in self.person.workers for span in worker.employed_at(instant)]
        if not spans:
            spans = [s for w in self.person.workers for s in w.spans if instant < s.start <= instant + 15 * DAY]
            if not spans:
                return
        if all(span.role.status != "active" for span in spans):
            self.at(instant + rng.randint(5 * DAY, 20 * DAY), partial(self._attempt, row, tries))
            return
        if rng.random() < 0.8:
            row.account.logins.append(max(instant - rng.randint(60, 3000), row.account.created))
        if rng.random() < 0.07 and tries < 4:
            result = "failed" if rng.random() < 0.8 else "incomplete"
            self._write(row, instant, result, spans[0].role.site)
            if rng.random() < 0.9:
                self.at(instant + rng.randint(HOUR, 8 * DAY), partial(self._attempt, row, tries + 1))
            return
        sites = [c.site for c in self.policy.of_course(row.course) if c.site]
        here = next((s.role.site for s in spans if s.role.site in sites), rng.choice(spans).role.site)
        self._pass(row, instant, here)

    def _pass(self, row: Assignment, instant: int, site: str, *, is_past: bool = False) -> None:
        rng = self.rng
        result = rng.choice(("passed", "passed", "completed")) if is_past or rng.random() > 0.006 else "waived"
        covers_to = None
        if not is_past and rng.random() < 0.03:
            covers_to = local_day(instant + rng.randint(60 * DAY, 300 * DAY), LMS_ZONE)
        if rng.random() < 0.008:
            site = ""
        self._write(row, instant, result, site, covers_to)
        row.done = instant
        for credit in self.policy.of_course(row.course):
            requirement = self.policy.requirements[credit.requirement]
            place = (credit.site or site) if requirement.site_specific else ""
            until = NEVER if not requirement.validity_months else add_months(instant, requirement.validity_months)
            if covers_to is not None:
                until = min(until, noon(covers_to, LMS_ZONE))
            if not credit.holds(instant) or (credit.site and not requirement.site_specific and credit.site != site):
                continue
            self.held[credit.requirement, place] = (instant, until)
            if until < END + 60 * DAY:
                self._plan_renewal(credit.requirement, place, instant, until)

    def _plan_renewal(self, code: str, site: str, passed: int, until: int) -> None:
        draw = self.rng.random()
        if draw < 0.9:
            when = until - self.rng.randint(15 * DAY, 60 * DAY)
        elif draw < 0.95:
            when = until + self.rng.randint(2 * DAY, 40 * DAY)
        else:
            return
        self.at(max(when, passed + DAY), partial(self._renew, code, site, until))

    def _renew(self, code: str, site: str, until: int, instant: int) -> None:
        if self.held.get((code, site), (0, 0))[1] > until:
            return
        account = self._active(instant)
        needed = any((code, site) in self._needs(worker, instant) for worker in self.person.workers)
        if account is None or not needed:
            return
        course = self._course(code, site, instant)
        if course is not None:
            self._assign(account, course, instant, "rule", due_in=30, cause="expiry")

    def _holds(self, code: str, site: str, instant: int) -> bool:
        since, until = self.held.get((code, site), (0, 0))
        return since <= instant < until

    def _write(self, row: Assignment, instant: int, result: str, site: str, covers_to: dt.date | None = None) -> None:
        rng = self.rng
        self.person.attempts.append(
            Attempt(
                code=f"C{self.world.serial('completion'):07}",
                account=row.account,
                course=row.course,
                at=instant,
                result=result,
                site=site,
                covers_to=covers_to,
                recorded=instant + rng.randint(1, 300),
                score=self._score(result),
                evaluator=rng.choice(_TRAINERS) if rng.random() < 0.9 else "",
                verified_by=rng.choice(("written test", "demonstration", "oral")) if rng.random() < 0.93 else "",
            )
        )

    def _score(self, result: str) -> str:
        if result in ("waived", "incomplete"):
            return ""
        return str(self.rng.randint(30, 79) if result == "failed" else self.rng.randint(80, 100))
