"""The files of a simulated company: feeds, policy tables, settings and the answer key.

Owns file names and columns. Decides nothing: what is written has happened. The order of rows is fixed, so
the same world gives the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from gapwatch.simulate.answers import AnswerKey
from gapwatch.simulate.clock import BEFORE, NEVER, add_months, iso, local_day
from gapwatch.simulate.company import JOBS, LMS_ZONE, SITES
from gapwatch.simulate.rulebook import COLUMNS
from gapwatch.simulate.settings import EARLIER_SETTINGS, RECIPIENTS, SETTINGS
from gapwatch.simulate.vendors import write_canonical, write_empjob, write_workday
from gapwatch.simulate.world import Assignment, Attempt, World

_Row = TypeVar("_Row", Attempt, Assignment)


def write_world(world: World, out: Path) -> None:
    """All files of a world under ``out``, which is made if it is not there."""
    for folder in (
        "feeds/food",
        "feeds/chemical",
        "feeds/hospitals",
        "feeds/lms",
        "feeds/integration",
        "earlier",
        "policy",
    ):
        (out / folder).mkdir(parents=True, exist_ok=True)
    _write_hr(world, out / "feeds")
    _write_lms(world, out / "feeds" / "lms")
    _write_earlier(world, out / "earlier")
    _write_integration(world, out / "feeds")
    _write_policy(world, out / "policy")
    (out / "gapwatch.toml").write_text(SETTINGS, encoding="utf-8")
    (out / "recipients.csv").write_text(RECIPIENTS, encoding="utf-8")
    _write_answers(out / "answers.json", AnswerKey(world).reckon())


def _write_table(path: Path, header: str | Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    text = io.StringIO(newline="")
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(header.split() if isinstance(header, str) else header)
    sheet.writerows(rows)
    content = text.getvalue().encode()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def _write_answers(path: Path, answers: dict[str, object]) -> None:
    """One line per finding, so that two keys can be compared by eye."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("{\n")
        for number, (key, value) in enumerate(answers.items()):
            file.write(",\n" if number else "")
            if isinstance(value, list):
                lines = ",\n".join("  " + json.dumps(row) for row in value)
                file.write(f"{json.dumps(key)}: [\n{lines}\n]" if lines else f"{json.dumps(key)}: []")
            else:
                file.write(f"{json.dumps(key)}: {json.dumps(value)}")
        file.write("\n}\n")


def _write_hr(world: World, feeds: Path) -> None:
    people = world.people
    _write_table(
        feeds / "workers.csv",
        "worker_id person_id full_name email username hired_on worker_type",
        (
            (w.code, p.code, p.full_name, p.email, p.username, w.hired_on.isoformat(), w.worker_type)
            for p in people
            for w in p.workers
        ),
    )
    _write_table(
        feeds / "sites.csv",
        "site name timezone facility_type integration_method",
        ((s.code, s.name, s.zone, s.facility, s.method) for s in SITES.values()),
    )
    _write_table(
        feeds / "jobs.csv",
        "job_code job_title training_profile",
        ((j.code, j.title, j.profile) for j in JOBS.values()),
    )
    workers = [w for p in people for w in p.workers]
    write_canonical(feeds / "food" / "role_history.csv", (w for w in workers if w.code[0] == "0"))
    write_workday(feeds / "chemical" / "job_history.json", (w for w in workers if w.code[0] in "BC"))
    write_empjob(feeds / "hospitals" / "EmpJob.json", (w for w in workers if w.code[0] in "HA"))


def _write_lms(world: World, lms: Path) -> None:
    everyone = [*world.people, *world.strays]
    _write_table(
        lms / "accounts.csv",
        "account_id worker_ref username email full_name status created_at deactivated_at last_login_at",
        (
            (
                a.code,
                a.worker_ref,
                a.username,
                a.email,
                a.full_name,
                a.status,
                iso(a.created),
                iso(a.closed) if a.has_closing_date else "",
                iso(max(a.logins, default=NEVER)),
            )
            for p in everyone
            for a in p.accounts
        ),
    )
    with (lms / "logins.ndjson").open("w", encoding="utf-8", newline="") as file:
        for person in everyone:
            for account in person.accounts:
                for at in account.logins:
                    file.write(f'{{"account_id":"{account.code}","logged_in_at":"{iso(at)}"}}\n')
    courses = sorted(world.policy.courses.items())
    table = pa.table(
        {
            "course_id": [code for code, _ in courses],
            "title": [title for _, title in courses],
            "version": ["1" for _ in courses],
            "is_active": [code != "HAZ-100" for code, _ in courses],
        }
    )
    pq.write_table(table, lms / "courses.parquet")
    _write_table(
        lms / "assignments.csv", _ASSIGNMENT_HEADER, (_assignment(row) for p in everyone for row in p.assignments)
    )
    _write_table(
        lms / "completions.csv", _COMPLETION_HEADER, (_completion(attempt) for p in everyone for attempt in p.attempts)
    )


def _write_earlier(world: World, folder: Path) -> None:
    """Assignments and completions as the LMS delivered them a day before the end."""
    everyone = [*world.people, *world.strays]
    _write_table(
        folder / "assignments.csv.gz",
        _ASSIGNMENT_HEADER,
        (
            _assignment(row, known=BEFORE)
            for row in _as_before(world, (row for p in everyone for row in p.assignments), Assignment)
            if row.at <= BEFORE
        ),
    )
    _write_table(
        folder / "completions.csv.gz",
        _COMPLETION_HEADER,
        (
            _completion(attempt)
            for attempt in _as_before(world, (attempt for p in everyone for attempt in p.attempts), Attempt)
            if attempt.recorded <= BEFORE
        ),
    )
    (folder / "gapwatch.toml").write_text(EARLIER_SETTINGS, encoding="utf-8")


def _as_before(world: World, rows: Iterable[_Row], kind: type[_Row]) -> Iterator[_Row]:
    """Those rows as they were, then the ones that are gone."""
    gone = {code: row for code, row in world.before.items() if isinstance(row, kind)}
    for row in rows:
        yield gone.pop(row.code, row)
    yield from gone.values()


_ASSIGNMENT_HEADER = "assignment_id account_id course_id assigned_at due_at removed_at origin trigger_event_ref"
_COMPLETION_HEADER = (
    "completion_id account_id course_id completed_at result score expires_at recorded_at site "
    "course_version evaluator verification_method"
)


def _assignment(row: Assignment, *, known: int = NEVER) -> Sequence[object]:
    removed = iso(row.removed) if row.removed <= known else ""
    return (row.code, row.account.code, row.course, iso(row.at), iso(row.due), removed, row.origin, row.cause)


def _completion(attempt: Attempt) -> Sequence[object]:
    expires = ""
    if attempt.covers_to is not None:
        expires = attempt.covers_to.isoformat()
    elif attempt.course == "BLS-100" and attempt.is_pass:
        expires = local_day(add_months(attempt.at, 24), LMS_ZONE).isoformat()
    return (
        attempt.code,
        attempt.account.code,
        attempt.course,
        iso(attempt.at),
        attempt.result,
        attempt.score,
        expires,
        iso(attempt.recorded),
        attempt.site,
        "1",
        attempt.evaluator,
        attempt.verified_by,
    )


def _write_integration(world: World, feeds: Path) -> None:
    _write_table(
        feeds / "integration" / "sync_runs.csv",
        "run_id integration method started_at finished_at status records_in records_failed",
        (
            (r.code, r.integration, r.method, iso(r.started), iso(r.finished), r.status, r.read, r.failed)
            for r in world.runs
        ),
    )
    _write_table(
        feeds / "integration" / "sync_errors.csv",
        "run_id occurred_at worker_ref error_type message",
        ((e.run, iso(e.at), e.worker_ref, e.kind, e.message) for e in world.errors),
    )
    _write_table(
        feeds / "hris_training_records.csv",
        "worker_id course_id completed_at result recorded_at",
        ((r.worker, r.course, iso(r.at), r.result, iso(r.recorded)) for r in world.records),
    )


def _write_policy(world: World, folder: Path) -> None:
    policy = world.policy

    def day(value: object) -> str:
        return "" if value is None else str(value)

    _write_table(
        folder / "requirements.csv",
        COLUMNS,
        ([r.facts[c] for c in COLUMNS] for r in policy.requirements.values()),
    )
    _write_table(
        folder / "requirement_rules.csv",
        "rule_id requirement_id job_code training_profile department site facility_type employment_type "
        "task_scope effective_from effective_to citation",
        (
            (
                *(
                    r.code,
                    r.requirement,
                    r.job,
                    r.profile,
                    r.department,
                    r.site,
                    r.facility,
                    r.employment,
                    r.scope,
                ),
                *(day(r.starts), day(r.ends), policy.requirements[r.requirement].facts["citation"]),
            )
            for r in policy.rules
        ),
    )
    _write_table(
        folder / "course_credits.csv",
        "course_id requirement_id site valid_from valid_to",
        ((c.course, c.requirement, c.site, day(c.starts), day(c.ends)) for c in policy.credits),
    )
    _write_table(
        folder / "exceptions.csv",
        "exception_id worker_id requirement_id kind starts_on ends_on reason requested_by approved_by approved_at",
        (
            (
                *(
                    x.code,
                    x.worker,
                    x.requirement,
                    x.kind,
                    day(x.starts),
                    day(x.ends),
                    x.reason,
                    x.requested_by,
                ),
                *(x.approved_by, iso(x.approved)),
            )
            for x in policy.exceptions
        ),
    )
    _write_table(
        folder / "retrain_orders.csv",
        "requirement_id site effective_on reason",
        ((o.requirement, o.site, day(o.on), o.reason) for o in policy.orders),
    )
    _write_table(
        folder / "event_slas.csv",
        "event_type action facility_type max_hours",
        ((s.event, s.action, s.facility, s.hours) for s in policy.slas),
    )
    _write_table(
        folder / "identity_overrides.csv",
        "account_id worker_id decided_by decided_at reason",
        ((o.account, o.worker, o.decided_by, iso(o.decided), o.reason) for o in policy.overrides),
    )
