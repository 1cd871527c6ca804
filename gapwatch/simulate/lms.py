"""The learning system: accounts opened and closed, courses assigned as HR changes arrive.

Owns what the LMS does about HR. Knows HR changes only as the channels bring them. What learners then do is in
``learning``.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from gapwatch.simulate.clock import ALWAYS, DAY, END, HOUR, noon
from gapwatch.simulate.company import LMS_ZONE
from gapwatch.simulate.integration import Channel
from gapwatch.simulate.learning import Learning
from gapwatch.simulate.policy import Dispensation
from gapwatch.simulate.world import Account, Assignment, Event, Person, Worker, World

_ENDS: Final = ("termination", "contract_end")
_STARTS: Final = ("hire", "rehire", "contractor_start")


class Lms:
    """Plays the learning records of one person after another."""

    def __init__(self, world: World, channels: dict[str, Channel]) -> None:
        self.world = world
        self.rng = world.rng
        self.policy = world.policy
        self.channels = channels
        self.added: dict[str, list[Dispensation]] = {}
        for row in self.policy.exceptions:
            if row.kind == "add" and row.has_effect:
                self.added.setdefault(row.worker, []).append(row)

    def play(self, person: Person) -> None:
        """Everything the LMS holds of a person at the end."""
        _Record(self, person).play()


class _Record(Learning):
    """One person's record: what the LMS does about each HR change that reaches it."""

    def __init__(self, lms: Lms, person: Person) -> None:
        super().__init__(lms.world, person)
        self.lms = lms

    def play(self) -> None:
        person = self.person
        for worker in person.workers:
            if worker.spans and not (worker.events and worker.events[0].at == worker.spans[0].start):
                self._was_there(worker)
            self._hear(worker)
        self._sweeps()
        self.run()

    # -- before the records begin

    def _was_there(self, worker: Worker) -> None:
        """Account and training of somebody who was there on the first day."""
        rng, span = self.rng, worker.spans[0]
        hired = span.start - max(20, (self.world.start - worker.hired_on).days) * DAY
        if rng.random() < 0.02:
            return
        account = self._open_account(worker, min(hired + rng.randint(HOUR, 3 * DAY), span.start - 15 * DAY))
        if rng.random() < 0.02:
            account.created = ALWAYS
        for code, site in self.policy.needed(span.role.key, span.start):
            if rng.random() < 0.035 or self._holds(code, site, span.start):
                continue
            months = self.policy.requirements[code].validity_months
            back = int((months * 30 - 2 if months else 2000) * DAY * rng.random()) + DAY
            passed = min(max(span.start - back, hired + DAY), span.start - 12 * HOUR)
            course = self._course(code, site, passed)
            if course is None:
                continue
            assigned = passed - rng.randint(HOUR, 20 * DAY)
            row = self._assign(account, course, assigned, "rule", due_in=14, cause="", is_past=True)
            if row is not None:
                self._pass(row, passed, site or span.role.site, is_past=True)

    # -- hearing of HR

    def _hear(self, worker: Worker) -> None:
        heard: set[int] = set()
        for event in sorted(worker.events, key=lambda e: (e.at, e.kind in _ENDS, e.assignment != "primary")):
            if event.at in heard or event.kind in ("leave_start", "leave_return"):
                continue
            heard.add(event.at)
            self._relay(worker, event)

    def _relay(self, worker: Worker, event: Event) -> None:
        rng = self.rng
        recorded = event.recorded
        site = event.site or worker.spans[-1].role.site
        channel = self.lms.channels[site]
        job = next((s.role.job for s in worker.spans if s.start == event.at), worker.spans[-1].role.job)
        if event.kind in _ENDS:
            ready = max(recorded, event.at)
            if event.kind == "contract_end" and rng.random() < 0.45:
                when = None
            else:
                when = channel.arrives(worker.code, job, recorded, event.at, is_account=True, may_lead=False)
            if when is None:
                self._never_heard(event)
                if rng.random() < 0.5:
                    self.at(ready + rng.randint(20 * DAY, 80 * DAY), self._close)
            else:
                self.at(when, self._close)
            return
        if event.kind in _STARTS:
            when = channel.arrives(worker.code, job, recorded, event.at, is_account=True)
            if when is None:
                self._never_heard(event)
                return
            self.at(when, partial(self._greet, worker))
        learns = channel.arrives(worker.code, job, recorded, event.at, is_account=False)
        if learns is None:
            self._never_heard(event)
            return
        self.at(learns, partial(self._learn, worker, event))

    def _never_heard(self, event: Event) -> None:
        if max(event.at, event.recorded) < END:
            self.world.note(
                "unheard_events",
                worker_id=event.worker,
                event_type=event.kind,
                effective_at=str(event.at),
                site=event.site,
            )

    def _sweeps(self) -> None:
        """Training managers look now and then; the LMS obeys retraining orders and new rules."""
        rng = self.rng
        for worker in self.person.workers:
            for order in self.policy.orders:
                self.at(order.at + rng.randint(-5 * DAY, 8 * DAY), partial(self._obey, worker, order.requirement))
            for rule in self.policy.rules:
                if rule.starts is not None and rng.random() < 0.9:
                    start = noon(rule.starts, LMS_ZONE) + rng.randint(-12 * DAY, 4 * DAY)
                    self.at(start, partial(self._fill, worker, rule.requirement, 12 * DAY))
            for row in self.lms.added.get(worker.code, []):
                if rng.random() < 0.75:
                    self.at(
                        row.approved + rng.randint(HOUR, 10 * DAY),
                        partial(self._add, worker, row.requirement),
                    )
            first = worker.spans[0].start if worker.spans else END
            look = first + rng.randint(15 * DAY, 60 * DAY)
            while look < END:
                self.at(look, partial(self._fill, worker, "", 0))
                look += rng.randint(25 * DAY, 100 * DAY)

    # -- accounts

    def _open_account(self, worker: Worker, instant: int) -> Account:
        rng, person = self.rng, self.person
        number = len(person.accounts)
        account = Account(
            code=f"U{self.world.serial('account'):06}",
            worker_ref=worker.code,
            username=person.username + (f".{number + 1}" if number else ""),
            email=person.email,
            full_name=person.full_name,
            created=instant,
        )
        draw = rng.random()
        if draw < 0.02:
            account.worker_ref = worker.code.lstrip("0HABC")
            account.email = account.email.upper()
        elif draw < 0.035:
            account.worker_ref = ""
        elif draw < 0.045 and not number:
            account.worker_ref = account.email = ""
        person.accounts.append(account)
        return account

    def _account_for(self, worker: Worker, instant: int) -> Account:
        account = self._active(instant)
        is_second = account is not None and account.worker_ref != worker.code and self.rng.random() < 0.25
        return self._open_account(worker, instant) if account is None or is_second else account

    def _greet(self, worker: Worker, instant: int) -> None:
        self._account_for(worker, instant)

    def _close(self, instant: int) -> None:
        """The LMS learns that somebody left."""
        rng = self.rng
        if any(w.employed_at(instant) or self._starts_soon(w, instant) for w in self.person.workers):
            return
        for account in self.person.accounts:
            if account.created <= instant < account.closed and rng.random() < 0.95:
                account.closed = instant
                account.status = "inactive" if rng.random() < 0.9 else "deleted"
                if rng.random() < 0.03 and account.has_created and account.logins:
                    account.has_closing_date = False
                    account.closed = max(account.logins)
        for row in self.person.assignments:
            if row.closed > instant and rng.random() < 0.85:
                self.at(instant + rng.randint(60, 25 * DAY), partial(self._remove, row))

    def _starts_soon(self, worker: Worker, instant: int) -> bool:
        return any(instant < span.start <= instant + 10 * DAY for span in worker.spans)

    # -- assignments

    def _learn(self, worker: Worker, event: Event, instant: int) -> None:
        """A start or change arrives: assign what is new, take away what is over."""
        rng = self.rng
        when = max(event.at, instant)
        needs = self._needs(worker, when)
        if not needs:
            return
        account = self._active(instant)
        if account is None:
            if rng.random() < 0.1:
                return
            account = self._account_for(worker, instant)
        for code, site in needs:
            again = event.kind in self.policy.requirements[code].retrain_on
            since, _ = self.held.get((code, site), (0, 0))
            if self._holds(code, site, when) and not (again and since < event.at):
                continue
            if rng.random() >= 0.965:
                continue
            course = self._course(code, site, instant)
            if course is not None:
                self._assign(account, course, instant, "rule", due_in=14, cause=event.kind, ready=event.at)
        for row in self.person.assignments:
            if row.closed > instant and not self._is_needed(row, needs) and rng.random() < 0.85:
                self.at(when + rng.randint(60, 6 * DAY), partial(self._remove, row))

    def _is_needed(self, row: Assignment, needs: dict[tuple[str, str], None]) -> bool:
        return any(
            credit.requirement == code and credit.site in ("", site)
            for credit in self.policy.of_course(row.course)
            for code, site in needs
        )

    def _fill(self, worker: Worker, only: str, ahead: int, instant: int) -> None:
        """Assign what is needed, neither held nor open; remind of what is overdue."""
        account = self._active(instant)
        if account is None:
            return
        for row in self.person.assignments:
            if row.account is account and row.due < instant < row.closed and self.rng.random() < 0.6:
                self.at(instant + self.rng.randint(HOUR, 12 * DAY), partial(self._attempt, row, 0))
        for code, site in self._needs(worker, instant + ahead):
            if only and code != only:
                continue
            is_held = self._holds(code, site, instant + ahead) and not self._is_void(worker, code, site, instant)
            if is_held or self.rng.random() < 0.2:
                continue
            course = self._course(code, site, instant)
            if course is not None:
                self._assign(account, course, instant, "manual" if not only else "rule", due_in=10, cause="")

    def _is_void(self, worker: Worker, code: str, site: str, instant: int) -> bool:
        """Whether an HR event or a retraining order has come since the credential was earned."""
        since, _ = self.held.get((code, site), (0, 0))
        kinds = self.policy.requirements[code].retrain_on
        return any(e.kind in kinds and since < e.at <= instant for e in worker.events) or any(
            order.requirement == code and order.site in ("", site) and since < order.at <= instant
            for order in self.policy.orders
        )

    def _obey(self, worker: Worker, code: str, instant: int) -> None:
        account = self._active(instant)
        for need, site in self._needs(worker, instant):
            course = self._course(code, site, instant)
            if need == code and account is not None and course is not None and self.rng.random() < 0.93:
                self._assign(account, course, instant, "rule", due_in=10, cause="retrain_order")

    def _add(self, worker: Worker, code: str, instant: int) -> None:
        account, spans = self._active(instant), worker.employed_at(instant)
        if account is not None and spans:
            course = self._course(code, spans[0].role.site, instant)
            if course is not None:
                self._assign(account, course, instant, "manual", due_in=20, cause="exception")
