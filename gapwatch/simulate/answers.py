"""The answer key: gaps, events the LMS did not answer in time, accounts that outlived their owner.

Owns the second half of the answer key and its JSON shape. Like ``truth`` it works on what the simulation
caused and on nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from gapwatch.simulate.clock import ALWAYS, BEFORE, DAY, END, HOUR, NEVER, iso
from gapwatch.simulate.failures import Failures
from gapwatch.simulate.policy import Dispensation
from gapwatch.simulate.stretches import Stretch, union
from gapwatch.simulate.truth import Ledger, Need, first_at, gaps_of, ledger_of
from gapwatch.simulate.world import Event, Person, World
from gapwatch.simulate.writeback import writeback_faults

STARTS = ("hire", "rehire", "contractor_start")
ENDS = ("termination", "contract_end")


@dataclass(frozen=True, slots=True)
class Answer:
    """One action an event called for and when it was done (None: not yet)."""

    event: Event
    action: str
    need: Need | None
    clock: int
    due: int
    done: int | None

    def verdict(self, covered: int) -> str:
        """The contract's verdict at the end of the simulation."""
        if self.clock < covered:
            return "not_evaluable"
        if self.done is None:
            return "missing" if self.due <= END else "pending"
        if self.done < self.clock:
            return "early"
        return "on_time" if self.done <= self.due else "late"


class AnswerKey:
    """Collects the truth of a world, person by person."""

    def __init__(self, world: World) -> None:
        self.world = world
        everyone = [*world.people, *world.strays]
        self.accounts_from = min((a.created for p in everyone for a in p.accounts if a.has_created), default=NEVER)
        self.assignments_from = min((a.at for p in everyone for a in p.assignments), default=NEVER)
        self.gaps: list[dict[str, object]] = []
        self.unsynced: list[dict[str, object]] = []
        self.stale: list[dict[str, object]] = []
        self.orphans: list[dict[str, object]] = []
        self.swallowed: list[dict[str, object]] = []
        self._failures = Failures(world)
        self._exceptions: dict[str, list[Dispensation]] = {}
        for row in world.policy.exceptions:
            if row.has_effect:
                self._exceptions.setdefault(row.worker, []).append(row)

    def reckon(self) -> dict[str, object]:
        """The whole answer key, ready for JSON."""
        for person in self.world.people:
            self._person(person)
        for stray in self.world.strays:
            for account in stray.accounts:
                is_ambiguous = any(fact["account_id"] == account.code for fact in self._ambiguous)
                if account.created <= END < account.closed and not is_ambiguous:
                    self.stale.append({"kind": "orphan", "account_id": account.code, "ended_at": None, "is_open": True})
                    self.orphans.append({"account_id": account.code})
        facts = {
            kind: [
                {key: iso(int(value)) if key.endswith("_at") else value for key, value in fact.items()} for fact in rows
            ]
            for kind, rows in sorted(self.world.facts.items())
        }
        return {
            "as_of": iso(END),
            "seed": self.world.seed,
            "deliveries": [
                {"config": "earlier/gapwatch.toml", "loaded_at": iso(BEFORE)},
                {"config": "gapwatch.toml", "loaded_at": iso(END)},
            ],
            "gaps": self.gaps,
            "unsynced_events": self.unsynced,
            "stale_accounts": self.stale,
            "orphans": self.orphans,
            "swallowed_events": self.swallowed,
            "writeback": list(writeback_faults(self.world)),
            **facts,
        }

    @property
    def _ambiguous(self) -> list[dict[str, str]]:
        return self.world.facts.get("ambiguous_accounts", [])

    def _person(self, person: Person) -> None:
        policy = self.world.policy
        ledgers = [
            ledger_of(worker, person, policy, self._exceptions.get(worker.code, [])) for worker in person.workers
        ]
        for ledger in ledgers:
            for gap in gaps_of(ledger):
                self.gaps.append(
                    {
                        "worker_id": gap.worker,
                        "requirement_id": gap.need[0],
                        "site": gap.need[1] or None,
                        "opened_at": iso(gap.opened),
                        "closed_at": None if gap.closed is None else iso(gap.closed),
                        "cause": gap.cause,
                    }
                )
            self._unsynced(ledger, ledgers)
        self._stale(person)

    # -- events

    def _unsynced(self, ledger: Ledger, ledgers: list[Ledger]) -> None:
        at_once: dict[int, list[Event]] = {}
        for event in ledger.worker.events:
            if event.at <= END:
                at_once.setdefault(event.at, []).append(event)
        for events in at_once.values():
            answers = answers_for(events, ledger, ledgers)
            for event in events:
                bad = [a for a in answers if a.event is event and self._verdict(a) in ("missing", "late")]
                if bad:
                    missing = sum(self._verdict(a) == "missing" for a in bad)
                    overdue = max((END if a.done is None else a.done) - a.due for a in bad)
                    self.unsynced.append(
                        {
                            "worker_id": event.worker,
                            "event_type": event.kind,
                            "effective_at": iso(event.at),
                            "actions_missing": missing,
                            "actions_late": len(bad) - missing,
                            "hours_overdue": overdue / HOUR,
                        }
                    )
                    waited_until = max(END if a.done is None else a.done for a in bad)
                    self.swallowed.extend(
                        self._failures.behind(event, ledger.worker, clock=bad[0].clock, waited_until=waited_until)
                    )

    def _verdict(self, answer: Answer) -> str:
        is_account = answer.action in ("create_account", "deactivate_account")
        return answer.verdict(self.accounts_from if is_account else self.assignments_from)

    # -- accounts

    def _stale(self, person: Person) -> None:
        employed = employment_of(person)
        ends = [end for _, end in employed if end <= END]
        is_employed = any(start <= END < end for start, end in employed)
        for end in ends:
            back = min([start for start, _ in employed if start > end], default=NEVER)
            for account in person.accounts:
                if account.closed > end and account.created < min(back, END):
                    is_open = account.created <= END < account.closed and not is_employed and end == ends[-1]
                    self.stale.append(
                        {
                            "kind": "stale",
                            "account_id": account.code,
                            "ended_at": iso(end),
                            "is_open": is_open,
                        }
                    )


def employment_of(person: Person) -> list[Stretch]:
    """When the person was employed under any worker id."""
    return union((span.start, span.end) for worker in person.workers for span in worker.spans)


def answers_for(events: list[Event], ledger: Ledger, ledgers: list[Ledger]) -> list[Answer]:
    """The answers called for by a worker's events of one instant. ``ledgers``: all of the person."""
    found: list[Answer] = []
    for event in events:
        if event.kind in STARTS:
            found.append(_creation(event, ledger))
        if event.kind in ENDS:
            found.extend(_endings(event, ledger))
    lead = first_at(events)
    if lead.kind not in ENDS:
        found.extend(_assigns(lead, ledger))
        found.extend(_removals(lead, ledger, ledgers))
    return found


def _answer(event: Event, ledger: Ledger, action: str, done: int | None, need: Need | None = None) -> Answer:
    clock = max(event.at, event.recorded)
    hours = ledger.policy.sla_hours(event.kind, action, event.facility)
    return Answer(event, action, need, clock, clock + hours * HOUR, done)


def _creation(event: Event, ledger: Ledger) -> Answer:
    end = next(e for s, e in union((s.start, s.end) for s in ledger.worker.spans) if s == event.at)
    created = [a.created for a in ledger.person.accounts if a.has_created and a.closed > event.at and a.created < end]
    return _answer(event, ledger, "create_account", min(created, default=None))


def _assigns(event: Event, ledger: Ledger) -> list[Answer]:
    found: list[Answer] = []
    for need, periods in ledger.required.items():
        for start, end in periods:
            if not start <= event.at < end:
                continue
            is_lost = any(c.end == event.at and c.ended_by == "retrain_event" for c in ledger.credentials.get(need, ()))
            if (start == event.at or is_lost) and not ledger.is_met(need, event.at):
                times = [
                    row.at
                    for row in ledger.person.assignments
                    if event.at - 30 * DAY <= row.at < end
                    and (row.at >= event.at or row.closed > event.at)
                    and ledger.counts(row, need)
                ]
                found.append(_answer(event, ledger, "assign", min(times, default=None), need))
    return found


def _removals(event: Event, ledger: Ledger, ledgers: list[Ledger]) -> list[Answer]:
    found: list[Answer] = []
    ending = [need for need, periods in ledger.required.items() if any(e == event.at for _, e in periods)]
    if not ending:
        return found
    open_rows = [row for row in ledger.person.assignments if row.at <= event.at < row.closed]
    needed = [(other, need) for other in ledgers for need in other.in_force(event.at)]
    for need in ending:
        rows = [
            row
            for row in open_rows
            if ledger.counts(row, need) and not any(other.counts(row, still) for other, still in needed)
        ]
        if rows:
            last = max(row.closed for row in rows)
            found.append(_answer(event, ledger, "remove_assignment", None if last == NEVER else last, need))
    return found


def _endings(event: Event, ledger: Ledger) -> list[Answer]:
    person = ledger.person
    if any(worker.employed_at(event.at) for worker in person.workers):
        return []
    began = next(s for s, e in union((s.start, s.end) for s in ledger.worker.spans) if e == event.at)
    accounts = [a for a in person.accounts if a.created < event.at and a.closed > began]
    if not accounts:
        return []
    back = min((s.start for w in person.workers for s in w.spans if s.start > event.at), default=NEVER)

    def before_return(last: int) -> int | None:
        return last if ALWAYS < last < back else None

    found = [_answer(event, ledger, "deactivate_account", before_return(max(a.closed for a in accounts)))]
    open_rows = [row for row in person.assignments if row.at <= event.at < row.closed]
    if open_rows:
        last = max(row.closed for row in open_rows)
        found.append(_answer(event, ledger, "close_assignments", before_return(last)))
    return found
