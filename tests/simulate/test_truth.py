"""The answer key on small scripts whose right answers were worked out by hand from the contract."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

from gapwatch.simulate.answers import AnswerKey
from gapwatch.simulate.clock import NEVER
from gapwatch.simulate.desk import Desk
from gapwatch.simulate.policy import Credit, Dispensation, Order, Policy, Requirement, Rule, Sla
from gapwatch.simulate.world import Account, Assignment, Attempt, Person, Role, Worker, World

START = dt.date(2026, 1, 5)
OPERATOR = Role("active", "employee", "POP1", "Unit 100", "BAY1")
HELPER = OPERATOR.but(job="LAB1")
CREW = Role("active", "contractor", "CSCF", "Turnaround", "BAY1", contract_end=dt.date(2026, 3, 31))


def at(text: str) -> int:
    """``2026-01-05T06:00`` as whole seconds UTC."""
    return int(dt.datetime.fromisoformat(text + "+00:00").timestamp())


@dataclass
class Script:
    """One person and one requirement ``R`` (course ``C``), needed by process operators and contractors."""

    months: int | None = None
    grace: int = 0
    at_site: bool = False
    retrain_on: frozenset[str] = frozenset()
    orders: list[Order] = field(default_factory=list)

    def __post_init__(self) -> None:
        requirement = Requirement("R", self.months, self.grace, self.at_site, self.retrain_on, {})
        rules = [Rule("R-1", "R", job="POP*"), Rule("R-2", "R", employment="contractor")]
        self.policy = Policy(
            {"R": requirement},
            rules,
            {"C": "Course"},
            [Credit("C", "R")],
            self.orders,
            [Sla("hire", "assign", "", 8)],
        )
        self.person = Person("P1", "Dana Ruiz", "dana@meridian.example", "druiz")
        self.account = self.open_account("2025-12-01T12:00")
        self.worker, self.desk = self.hire_number("B1")

    def hire_number(self, code: str) -> tuple[Worker, Desk]:
        worker = Worker(code, START, "employee")
        self.person.workers.append(worker)
        return worker, Desk(worker)

    def open_account(self, created: str, closed: str | None = None) -> Account:
        number = len(self.person.accounts) + 1
        account = Account(f"U{number}", "B1", f"u{number}", "", "Dana Ruiz", at(created))
        account.closed = at(closed) if closed else NEVER
        self.person.accounts.append(account)
        return account

    def assign(self, when: str, removed: str | None = None) -> Assignment:
        row = Assignment(f"AS{len(self.person.assignments)}", self.account, "C", at(when), "rule", 0)
        row.removed = at(removed) if removed else NEVER
        self.person.assignments.append(row)
        return row

    def passes(self, when: str, row: Assignment | None = None, *, site: str = "BAY1") -> None:
        attempt = Attempt("C1", self.account, "C", at(when), "passed", site, None, at(when), "", "", "")
        self.person.attempts.append(attempt)
        if row is not None:
            row.done = at(when)

    def answers(self) -> dict[str, list[dict[str, object]]]:
        return AnswerKey(World(1, START, random.Random(1), self.policy, [self.person], [_nobody()])).reckon()  # type: ignore[return-value]

    def gaps(self) -> list[tuple[object, object, object]]:
        return [(gap["opened_at"], gap["closed_at"], gap["cause"]) for gap in self.answers()["gaps"]]

    def unsynced(self) -> list[tuple[object, object, object]]:
        rows = self.answers()["unsynced_events"]
        return [(row["event_type"], row["actions_missing"], row["actions_late"]) for row in rows]


def _nobody() -> Person:
    """An account and an assignment of nobody, so that the LMS feeds cover the time since 2020."""
    account = Account("U0", "nobody", "nobody", "", "", at("2020-01-01T00:00"), at("2020-01-02T00:00"))
    row = Assignment("AS-0", account, "C", at("2020-01-01T00:00"), "rule", 0, removed=at("2020-01-02T00:00"))
    return Person("", "", "", "", accounts=[account], assignments=[row])


def test_gap_opens_at_local_midnight_and_closes_with_the_pass() -> None:
    script = Script()
    script.desk.start(START, OPERATOR, at("2026-01-02T12:00"), event="hire")
    script.passes("2026-01-09T15:00", script.assign("2026-01-05T10:00"))
    assert script.gaps() == [("2026-01-05T06:00:00Z", "2026-01-09T15:00:00Z", "not_completed")]
    assert script.unsynced() == []


def test_back_dated_promotion_starts_the_clock_when_recorded() -> None:
    script = Script()
    script.desk.start(START, HELPER, at("2026-01-02T12:00"), event="hire")
    recorded = at("2026-03-12T15:00")
    script.desk.change(dt.date(2026, 3, 2), OPERATOR, recorded, events=("role_change",), reason="PROMO")
    script.passes("2026-03-20T12:00", script.assign("2026-03-12T20:00"))
    assert script.gaps() == [("2026-03-02T06:00:00Z", "2026-03-20T12:00:00Z", "not_completed")]
    assert script.unsynced() == []
    script.person.assignments[0].at = at("2026-03-13T15:01")
    assert script.unsynced() == [("role_change", 0, 1)]


def test_credential_runs_out_after_its_months_and_grace_is_not_given_again() -> None:
    script = Script(months=12, grace=14)
    script.desk.start(START, OPERATOR, at("2026-01-02T12:00"), event="hire")
    script.passes("2025-01-10T09:30")
    assert script.gaps() == [("2026-01-10T09:30:00Z", None, "expired_unassigned")]


def test_grace_runs_fourteen_times_twenty_four_hours() -> None:
    script = Script(grace=14)
    script.desk.start(START, OPERATOR, at("2026-01-02T12:00"), event="hire")
    assert script.gaps() == [("2026-01-19T06:00:00Z", None, "never_assigned")]
    assert script.unsynced() == [("hire", 1, 0)]


def test_retraining_ends_the_credential_and_calls_for_an_assignment() -> None:
    script = Script(retrain_on=frozenset({"role_change"}))
    script.passes("2025-12-10T12:00")
    script.desk.start(START, OPERATOR, at("2026-01-02T12:00"), event="hire")
    senior = OPERATOR.but(job="POP2")
    script.desk.change(dt.date(2026, 2, 2), senior, at("2026-01-30T12:00"), events=("role_change",), reason="PROMO")
    assert script.gaps() == [("2026-02-02T06:00:00Z", None, "expired_unassigned")]
    assert script.unsynced() == [("role_change", 1, 0)]


def test_retrain_order_of_another_site_concerns_nobody_here() -> None:
    for site, gaps in (("HNY1", 0), ("BAY1", 1), ("", 1)):
        script = Script(orders=[Order("R", site, dt.date(2026, 4, 1), "new hazard")])
        script.passes("2025-12-10T12:00")
        script.desk.start(START, OPERATOR, at("2026-01-02T12:00"), event="hire")
        assert len(script.gaps()) == gaps, site


def test_leave_interrupts_a_gap() -> None:
    script = Script()
    script.desk.start(START, OPERATOR, at("2026-01-02T12:00"), event="hire")
    away = OPERATOR.but(status="leave")
    recorded = at("2026-01-30T12:00")
    script.desk.change(dt.date(2026, 2, 2), away, recorded, events=("leave_start",), reason="LOA")
    script.desk.change(dt.date(2026, 3, 2), OPERATOR, recorded, events=("leave_return",), reason="RFL")
    assert [gap[:2] for gap in script.gaps()] == [
        ("2026-01-05T06:00:00Z", "2026-02-02T06:00:00Z"),
        ("2026-03-02T06:00:00Z", None),
    ]


def test_waiver_counts_from_its_approval_and_only_with_effect() -> None:
    for has_effect in (True, False):
        script = Script()
        script.desk.start(START, OPERATOR, at("2026-01-02T12:00"), event="hire")
        script.policy.exceptions.append(
            Dispensation(
                "X1",
                "B1",
                "R",
                "waive",
                dt.date(2026, 1, 10),
                dt.date(2026, 1, 31),
                "licence",
                "ann",
                "bob",
                at("2026-01-12T12:00"),
                has_effect,
            )
        )
        closed = [gap[1] for gap in script.gaps()]
        assert closed == (["2026-01-12T12:00:00Z", None] if has_effect else [None])


def test_contract_lapses_the_day_after_its_last_and_a_late_extension_leaves_a_break() -> None:
    script = Script()
    script.desk.start(START, CREW, at("2026-01-02T12:00"), event="contractor_start")
    script.desk.lapse()
    again = CREW.but(contract_end=dt.date(2026, 11, 30))
    script.desk.start(dt.date(2026, 4, 13), again, at("2026-04-10T12:00"), event="contractor_start")
    script.desk.lapse()
    kinds = [(event.kind, event.at) for event in script.worker.events]
    assert kinds == [
        ("contractor_start", at("2026-01-05T06:00")),
        ("contract_end", at("2026-04-01T05:00")),
        ("contractor_start", at("2026-04-13T05:00")),
        ("contract_end", at("2026-12-01T06:00")),
    ]
    stale = script.answers()["stale_accounts"]
    assert [(row["ended_at"], row["is_open"]) for row in stale] == [("2026-04-01T05:00:00Z", False)]
    assert ("contract_end", 1, 0) in script.unsynced()


def test_extension_in_time_is_no_event() -> None:
    script = Script()
    script.desk.start(START, CREW, at("2026-01-02T12:00"), event="contractor_start")
    longer = CREW.but(contract_end=dt.date(2026, 11, 30))
    script.desk.change(dt.date(2026, 4, 1), longer, at("2026-03-20T12:00"), events=(), reason="EXTEND")
    assert [(span.start, span.end) for span in script.worker.spans] == [
        (at("2026-01-05T06:00"), at("2026-04-01T05:00")),
        (at("2026-04-01T05:00"), at("2026-12-01T06:00")),
    ]
    assert [event.kind for event in script.worker.events] == ["contractor_start"]


def test_new_number_of_the_same_person_is_no_leaver() -> None:
    script = Script()
    script.desk.start(START, CREW, at("2026-01-02T12:00"), event="contractor_start")
    script.passes("2026-01-03T12:00")
    script.desk.lapse()
    _, desk = script.hire_number("B2")
    desk.start(dt.date(2026, 4, 1), OPERATOR, at("2026-03-20T12:00"), event="hire")
    answers = script.answers()
    assert answers["stale_accounts"] == []
    assert answers["gaps"] == []
    assert answers["unsynced_events"] == []


def test_account_left_open_is_stale_until_today() -> None:
    script = Script()
    script.passes("2025-12-10T12:00")
    script.desk.start(START, OPERATOR, at("2026-01-02T12:00"), event="hire")
    script.desk.stop(dt.date(2026, 6, 1), at("2026-06-01T15:00"))
    assert script.answers()["stale_accounts"] == [
        {"kind": "stale", "account_id": "U1", "ended_at": "2026-06-01T05:00:00Z", "is_open": True}
    ]
    assert script.unsynced() == [("termination", 1, 0)]
    script.account.closed = at("2026-06-02T15:00")
    assert script.unsynced() == []
    script.account.closed += 1
    assert script.unsynced() == [("termination", 0, 1)]


def test_transfer_takes_a_site_specific_credential_away_and_leaves_an_assignment_open() -> None:
    script = Script(at_site=True)
    script.policy.credits[:] = []
    script.policy = Policy(
        script.policy.requirements,
        script.policy.rules,
        {"C": "Course", "N": "Course at the hospital"},
        [Credit("C", "R", "BAY1"), Credit("N", "R", "HNY1")],
        [],
        [],
    )
    script.desk.start(START, OPERATOR, at("2026-01-02T12:00"), event="hire")
    script.assign("2026-01-05T10:00")
    there = OPERATOR.but(site="HNY1")
    script.desk.change(dt.date(2026, 5, 4), there, at("2026-05-01T12:00"), events=("transfer",), reason="XFER")
    assert [gap[:2] for gap in script.gaps()] == [
        ("2026-01-05T06:00:00Z", "2026-05-04T04:00:00Z"),
        ("2026-05-04T04:00:00Z", None),
    ]
    assert script.unsynced() == [("transfer", 2, 0)]


def test_gap_of_nobody_with_an_account_is_the_integrations() -> None:
    script = Script()
    script.person.accounts.clear()
    script.desk.start(START, OPERATOR, at("2026-01-02T12:00"), event="hire")
    assert script.gaps() == [("2026-01-05T06:00:00Z", None, "no_account")]
