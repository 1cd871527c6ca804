"""Everything the sample company is there to show does happen at 300 workers."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from pathlib import Path

import pytest

from gapwatch.simulate.clock import BEFORE, END, END_ON, NEVER, days, iso, midnight
from gapwatch.simulate.play import play
from gapwatch.simulate.world import World
from gapwatch.simulate.writeback import writeback_faults
from gapwatch.simulate.writing import write_world


@pytest.fixture(scope="module")
def world() -> World:
    return play(workers=300, months=18, seed=1)


def test_every_kind_of_event_happens(world: World) -> None:
    kinds = Counter(e.kind for p in world.people for w in p.workers for e in w.events if e.at <= END)
    for kind, least in {
        "hire": 40,
        "rehire": 3,
        "contractor_start": 30,
        "role_change": 20,
        "transfer": 10,
        "leave_start": 5,
        "leave_return": 5,
        "termination": 30,
        "contract_end": 10,
    }.items():
        assert kinds[kind] >= least, kinds


def test_hr_types_early_late_twice_and_without_a_time(world: World) -> None:
    rows = [(row, row.role.zone) for p in world.people for w in p.workers for row in w.rows]
    late = [row for row, zone in rows if NEVER > row.recorded >= midnight(row.on, zone) + 86400]
    ahead = [row for row, zone in rows if midnight(row.on, zone) > END]
    assert len(late) >= 20
    assert len(ahead) >= 3
    assert sum(row.sequence == 1 for row, _ in rows) >= 2
    assert sum(row.recorded == NEVER for row, _ in rows) >= 1
    assert all(row.recorded < END for row, _ in rows if row.recorded != NEVER)
    assert Counter(row.role.status for row, _ in rows).keys() == {
        "active",
        "leave",
        "suspended",
        "terminated",
        "prehire",
    }


def test_contracts_are_extended_cut_noticed_and_forgotten(world: World) -> None:
    reasons = Counter(row.reason for p in world.people for w in p.workers for row in w.rows)
    assert min(reasons["EXTEND"], reasons["CUT"], reasons["CONTRACTEND"]) >= 2, reasons
    forgotten = [
        event
        for person in world.people
        for worker in person.workers
        for event in worker.events
        if event.kind == "contract_end" and event.at <= END
    ]
    assert len(forgotten) >= 10


def test_contractors_become_employees_under_a_new_number(world: World) -> None:
    assert sum(len(person.workers) > 1 for person in world.people) >= 2


def test_concurrent_jobs_overlap(world: World) -> None:
    overlapping = [
        worker
        for person in world.people
        for worker in person.workers
        if any(len(worker.employed_at(span.start)) > 1 for span in worker.spans)
    ]
    assert len(overlapping) >= 2


def test_learning_goes_wrong_in_all_the_ways(world: World) -> None:
    results = Counter(a.result for p in world.people for a in p.attempts)
    assert min(results["failed"], results["incomplete"], results["waived"]) >= 1, results
    assignments = [row for p in world.people for row in p.assignments]
    assert sum(row.removed < NEVER for row in assignments) >= 20
    assert sum(row.closed == NEVER for row in assignments) >= 20
    assert Counter(row.cause for row in assignments)["expiry"] >= 20
    assert sum(a.covers_to is not None for p in world.people for a in p.attempts) >= 5


def test_identities_go_wrong(world: World) -> None:
    assert len(world.facts["ambiguous_accounts"]) >= 2
    assert len(world.facts["orphan_accounts"]) >= 3
    assert len(world.policy.overrides) >= 3
    assert any(override.worker == "" for override in world.policy.overrides)
    accounts = [account for person in world.people for account in person.accounts]
    assert any(not account.worker_ref for account in accounts)
    assert any(not account.has_created for account in accounts)


def test_exceptions_with_and_without_effect(world: World) -> None:
    kinds = Counter((row.kind, row.has_effect) for row in world.policy.exceptions)
    assert min(kinds["waive", True], kinds["waive", False], kinds["add", True]) >= 2, kinds


def test_integrations_fail_in_all_the_ways() -> None:
    world = play(workers=800, months=18, seed=4)
    assert Counter(error.kind for error in world.errors).keys() == {
        "timeout",
        "format_mismatch",
        "missing_job_code",
        "not_keyed",
    }
    assert {run.method for run in world.runs} == {"sftp", "rest", "scim", "middleware", "manual"}
    assert {run.status for run in world.runs} == {"ok", "partial", "failed"}
    assert len(world.facts["silent_days"]) >= 6
    assert len(world.facts["unheard_events"]) >= 20
    assert len(world.facts["missing_job_codes"]) >= 1
    runs = {run.code: run for run in world.runs}
    assert all(error.run in runs for error in world.errors)


def test_the_way_back_to_hr_fails_in_all_the_ways(world: World) -> None:
    kinds = Counter(row["status"] for row in writeback_faults(world))
    for kind in ("missing_in_hris", "missing_in_lms", "late", "different_result", "different_time"):
        assert kinds[kind] >= 5, kinds


def test_records_are_changed_in_all_the_ways(world: World) -> None:
    kinds = Counter((row["feed"], row["change"], row["column_name"]) for row in world.facts["record_changes"])
    assert set(kinds) >= {
        ("lms_completions", "vanished", ""),
        ("lms_completions", "back_dated", "completed_at"),
        ("lms_completions", "altered", "completed_at"),
        ("lms_completions", "altered", "result"),
        ("lms_completions", "altered", "score"),
        ("lms_completions", "altered", "expires_at"),
        ("lms_completions", "altered", "site"),
        ("lms_completions", "altered", "evaluator"),
        ("lms_assignments", "removed", ""),
        ("lms_assignments", "altered", "assigned_at"),
        ("lms_assignments", "altered", "due_at"),
        ("lms_assignments", "altered", "removed_at"),
        ("lms_assignments", "altered", "origin"),
    }
    everyone = (*world.people, *world.strays)
    codes = {attempt.code for person in everyone for attempt in person.attempts}
    codes |= {row.code for person in everyone for row in person.assignments}
    gone = {row["record_id"] for row in world.facts["record_changes"] if row["change"] in ("vanished", "removed")}
    assert not gone & codes
    assert world.before.keys() == {row["record_id"] for row in world.facts["record_changes"]}


def test_the_delivery_before_shows_what_was_known_then_and_no_more(world: World, tmp_path: Path) -> None:
    write_world(world, tmp_path)
    now = _records(tmp_path / "feeds" / "lms" / "completions.csv")
    before = _records(tmp_path / "earlier" / "completions.csv.gz")
    differ = {code for code, row in before.items() if now.get(code) != row}
    changes = [row for row in world.facts["record_changes"] if row["feed"] == "lms_completions"]
    assert differ == {row["record_id"] for row in changes}
    assert len(now.keys() - before.keys()) > 0
    assert max(row["recorded_at"] for row in before.values()) <= iso(BEFORE)
    assert all(row["recorded_at"] > iso(BEFORE) for code, row in now.items() if code not in before)
    assignments = _records(tmp_path / "earlier" / "assignments.csv.gz")
    assert max(max(row["assigned_at"], row["removed_at"]) for row in assignments.values()) <= iso(BEFORE)


def _records(path: Path) -> dict[str, dict[str, str]]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    return {next(iter(row.values())): row for row in rows}


def test_people_are_as_many_as_asked_for() -> None:
    for workers in (50, 400):
        world = play(workers=workers, months=12, seed=9)
        assert 0.9 * workers <= sum(len(p.workers) for p in world.people) <= 1.1 * workers
        mailboxes = Counter(person.email for person in world.people)
        shared = len(world.facts["ambiguous_accounts"])
        assert sum(count > 1 for count in mailboxes.values()) == shared


def test_nothing_is_dated_after_the_end_but_hr(world: World) -> None:
    for person in (*world.people, *world.strays):
        assert all(attempt.at < END for attempt in person.attempts)
        assert all(row.at < END and (row.removed < END or row.removed == NEVER) for row in person.assignments)
        for account in person.accounts:
            assert account.created < END
            assert account.closed < END or account.closed == NEVER
            assert all(at < END for at in account.logins)
    horizon = days(END_ON, 45)
    assert all(row.on <= horizon for p in world.people for w in p.workers for row in w.rows)
