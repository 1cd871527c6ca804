"""One company from files and from services: the published tables are the same, and a voided statement changes them."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import SECRET, Place
from .database_servers import Server, postgresql
from .http_service import Asked, HttpService
from .lrs import Lrs, statement, voiding

CASE = Path(__file__).parents[2] / "cases" / "worked" / "grace_window"
FIRST, SECOND = "2026-02-01T06:00:00Z", "2026-02-02T06:00:00Z"
TABLES = {
    "account_links": "account_id, worker_id, method",
    "hr_events": "event_id, worker_id, event_type, effective_at, recorded_at, site",
    "compliance_timeline": "worker_id, requirement_id, valid_from, valid_to, state, cause",
    "gaps": "worker_id, requirement_id, opened_at, closed_at, closed_by, owner, exposure_days",
    "event_responses": "event_id, action, clock_at, due_at, responded_at, verdict",
    "compliance": "*",
}


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with postgresql() as server:
        yield server


def feed(name: str) -> list[dict[str, Any]]:
    """The rows of the case's file, empty cells as None."""
    with (CASE / "feeds" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return [{column: value or None for column, value in row.items()} for row in csv.DictReader(file)]


def published(place: Place, *options: str) -> dict[str, list[Any]]:
    found = {}
    for table, columns in TABLES.items():
        answer = place.command("sql", "--format", "json", *options, f"select {columns} from {table} order by all")
        assert answer.code == 0, answer.err
        found[table] = json.loads(answer.out)
    return found


def from_files(folder: Path) -> Place:
    """The case as it lies there, but for an account of nobody that a user list does not have."""
    shutil.copytree(CASE, folder)
    path = folder / "feeds" / "lms_accounts.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith("A0,")) + "\n", encoding="utf-8")
    path = folder / "feeds" / "lms_assignments.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith("AS0,")) + "\n", encoding="utf-8")
    return Place(folder)


def users(asked: Asked) -> tuple[int, dict[str, str], Any]:
    """The case's accounts as SCIM users."""
    listed = [
        {
            "id": row["account_id"],
            "externalId": row["worker_ref"],
            "active": True,
            "meta": {"created": row["created_at"]},
        }
        for row in feed("lms_accounts")
        if row["account_id"] != "A0"
    ]
    start = int(asked.query["startIndex"]) - 1
    return 200, {}, {"totalResults": len(listed), "Resources": listed[start : start + 2]}


def from_services(place: Place, service: HttpService, lrs: Lrs, server: Server) -> dict[str, dict[str, Any]]:
    """Fill the services with the case and describe them; the statements by completion id."""
    shutil.copytree(CASE / "policy", place.folder / "policy")
    (place.folder / "feeds").mkdir()
    for name in ("jobs", "sites", "lms_courses"):
        shutil.copy(CASE / "feeds" / f"{name}.csv", place.folder / "feeds")
    roles = feed("role_history")
    quoted = [", ".join("null" if value is None else f"'{value}'" for value in row.values()) for row in roles]
    kinds = {"effective_from": "date", "effective_to": "date", "recorded_at": "timestamptz", "contract_end_on": "date"}
    columns = ", ".join(f"{name} {kinds.get(name, 'text')}" for name in roles[0])
    server.execute(f"create table roles ({columns}); insert into roles values ({'), ('.join(quoted)});")
    service.records = feed("workers")
    service.answers["/Users"] = users
    assignments = [row for row in feed("lms_assignments") if row["assignment_id"] != "AS0"]
    service.answers["/assignments"] = lambda asked: (200, {}, assignments[int(asked.query["skip"]) :][:1])
    statements = {}
    for row in feed("lms_completions"):
        one = statement(
            str(row["result"]), str(row["course_id"]), account=str(row["account_id"]), at=row["completed_at"]
        )
        statements[str(row["completion_id"])] = one
        lrs.store(one, at=str(row["completed_at"]))
    place.configure(f"""
[[sources]]
name = "jobs"
feed = "jobs"
path = "feeds/jobs.csv"
[[sources]]
name = "sites"
feed = "sites"
path = "feeds/sites.csv"
[[sources]]
name = "lms_courses"
feed = "lms_courses"
path = "feeds/lms_courses.csv"
[[sources]]
name = "hr_workers"
feed = "workers"
path = "{service.url}/link"
[sources.rest]
paging = {{ type = "link_header" }}
[[sources]]
name = "hr_role_history"
feed = "role_history"
path = "postgresql://127.0.0.1:{server.port}/hr"
[sources.database]
query = "select * from roles order by worker_id, effective_from"
user = "gap"
password_env = "PEER_SECRET"
[[sources]]
name = "lms_accounts"
feed = "lms_accounts"
path = "scim+{service.url}"
[[sources]]
name = "lms_assignments"
feed = "lms_assignments"
path = "{service.url}/assignments"
[sources.rest]
paging = {{ type = "offset", parameter = "skip" }}
[[sources]]
name = "lms_completions"
feed = "lms_completions"
mode = "delta"
path = "xapi+{service.url}/xapi"
columns = {{ course_id = "regexp_extract(course_id, '[^/]+$')", recorded_at = "cast(null as varchar)" }}
[sources.rest]
auth = {{ type = "basic", user = "gapwatch", password_env = "PEER_SECRET" }}
""")
    return statements


def test_the_same_company_from_files_and_from_services(place: Place, service: HttpService, postgres: Server) -> None:
    files = from_files(place.folder / "files")
    answer = files.command("run", "--loaded-at", FIRST, "--as-of", FIRST)
    assert answer.code == 0, answer.err
    wanted = published(files)
    assert {row["state"] for row in wanted["compliance_timeline"]} >= {"in_grace", "trained"}
    assert len(wanted["event_responses"]) > 2

    served = Place(place.folder / "served")
    served.folder.mkdir()
    lrs = Lrs(service)
    statements = from_services(served, service, lrs, postgres)
    answer = served.command("run", "--loaded-at", FIRST, "--as-of", FIRST)
    assert answer.code == 0, answer.err
    before = published(served)
    assert before == wanted

    for path in served.warehouse.rglob("*"):
        assert path.is_dir() or SECRET.encode() not in path.read_bytes(), path.name

    lrs.store(voiding(statements["D1"]["id"], at=SECOND), at=SECOND)
    answer = served.command("run", "--loaded-at", SECOND, "--as-of", FIRST)
    assert answer.code == 0, answer.err
    after = published(served)
    states = [row["state"] for row in after["compliance_timeline"] if row["worker_id"] == "W1"]
    assert "trained" in [row["state"] for row in before["compliance_timeline"] if row["worker_id"] == "W1"]
    assert "trained" not in states
    assert published(served, "--as-of", FIRST, "--known-at", FIRST) == before
