"""The closed loop: remedies are written, acted upon, and the next load says which were done."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from command import Answer, gapwatch
from published import POLICY, Company

FIRST, SECOND = "2026-03-02T12:00:00Z", "2026-03-09T12:00:00Z"
HEAD = "worker_id,effective_from,status,employment_type,job_code,site,contract_end_on\n"


def _roles(*, contract_end: str = "") -> str:
    rows = [
        "W1,2026-01-05,active,employee,OP,BAY1,",
        "W2,2026-01-05,active,employee,OP,REF2,",
        "W3,2026-01-05,active,employee,OP,BAY1,",
        "W3,2026-02-10,terminated,employee,OP,BAY1,",
        "W4,2026-01-05,active,employee,OP,BAY1,",
        "W5,2026-01-05,active,employee,OP,BAY1,",
        f"W6,2026-01-05,active,contractor,XX,BAY1,{contract_end}",
        "=W7,2026-01-05,active,employee,OP,BAY1,",
        "W8,2026-01-05,active,employee,OP,BAY1,",
        "W9,2026-01-05,active,employee,SUP,BAY1,",
        "WA,2026-01-05,active,employee,OP,BAY1,",
        "WA,2026-02-01,terminated,employee,OP,BAY1,",
    ]
    return HEAD + "".join(f"{row}\n" for row in rows)


def _accounts(*, closed: str = "") -> str:
    lines = ["account_id,worker_ref,status,created_at,deactivated_at"]
    for worker in ("W1", "W2", "W3", "W5", "W6", "=W7", "W8", "W9", "WA"):
        is_closed = closed and worker == "W3"
        state = f"inactive,2026-01-05T09:00:00Z,{closed}" if is_closed else "active,2026-01-05T09:00:00Z,"
        lines.append(f"A/{worker[-1]},{worker},{state}")
    lines.append("NOBODY,W99,active,2026-01-05T09:00:00Z,")
    return "\n".join(lines) + "\n"


def _assignments(*more: str) -> str:
    rows = ["S5,A/5,C-OP,2026-01-06T09:00:00Z", *more]
    return "assignment_id,account_id,course_id,assigned_at\n" + "".join(f"{row}\n" for row in rows)


class Loop:
    """The company before and after its systems acted."""

    def __init__(self, folder: Path) -> None:
        policy = {**POLICY, "course_credits": [{"course_id": "C-OP", "requirement_id": "R-OP"}]}
        self.company = Company(folder, policy=policy)
        for feed in ("role_history", "lms_accounts", "lms_assignments", "lms_completions"):
            self.company.source(feed, feed, f"{feed}.csv")
        self.company.put("role_history.csv", _roles())
        self.company.put("lms_accounts.csv", _accounts())
        self.company.put("lms_assignments.csv", _assignments())
        self.company.put("lms_completions.csv", "completion_id,account_id,course_id,completed_at,result\n")
        self.company.publish(FIRST)
        self.out = folder / "remedies"
        self.written = self.command("--out", str(self.out))
        self.again = self.command("--out", str(folder / "again"))
        self.of_a_site = self.command("--out", str(folder / "ref2"), "--site", "REF2")
        self.early = self.check()
        gaps = "select gap_id from gaps where closed_at is null"
        self.open_gaps = {str(row[0]) for row in self.company.rows(gaps)}
        waiver = {
            "exception_id": "X1",
            "worker_id": "W8",
            "requirement_id": "R-OP",
            "kind": "waive",
            "starts_on": "2026-03-03",
            "ends_on": "2026-12-31",
            "reason": "r",
            "requested_by": "someone",
            "approved_by": "another",
            "approved_at": "2026-03-03T09:00:00Z",
        }
        self.company.policy = {**policy, "exceptions": [waiver]}
        self.company.put(
            "role_history.csv", _roles(contract_end="2026-12-31") + "WA,2026-03-03,active,employee,OP,BAY1,\n"
        )
        self.company.put("lms_accounts.csv", _accounts(closed="2026-03-03T09:00:00Z"))
        self.company.put("lms_assignments.csv", _assignments("S1,A/1,C-OP,2026-03-04T09:00:00Z"))
        self.company.publish(SECOND)

    def command(self, *arguments: str) -> Answer:
        """``gapwatch remediate`` with those arguments."""
        return gapwatch("remediate", "--config", str(self.company.folder / "gapwatch.toml"), *arguments)

    def check(self, *arguments: str) -> dict[tuple[str, str], str]:
        """Kind and worker's number (or check) of each remedy, and its status."""
        answer = self.command("--check", str(self.out), "--format", "json", *arguments)
        self.last = answer
        manifest = json.loads((self.out / "remedies.json").read_text(encoding="utf-8"))
        names = {
            (remedy["remedy_id"], remedy["finding_id"]): remedy["account_id"] or remedy["finding_id"]
            for remedy in manifest["remedies"]
        }
        return {
            (row["kind"], names[row["remedy_id"], row["finding_id"]]): f"{row['status']}: {row['detail']}"
            for row in json.loads(answer.out)
        }

    def table(self, name: str, folder: str = "remedies") -> list[dict[str, str]]:
        """The rows of one of the CSV files."""
        text = (self.company.folder / folder / name).read_bytes().decode()
        return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Loop:
    """One company, loaded twice."""
    return Loop(tmp_path_factory.mktemp("loop"))


def test_an_assignment_for_each_gap_that_nobody_assigned(loop: Loop) -> None:
    assert loop.written.code == 0, loop.written.err
    rows = loop.table("lms_assignments.csv")
    assert [(row["account_id"], row["course_id"], row["causes"]) for row in rows] == [
        ("A/1", "C-OP", "never_assigned"),
        ("A/2", "C-OP", "never_assigned"),
        ("A/8", "C-OP", "never_assigned"),
    ]
    manifest = json.loads((loop.out / "remedies.json").read_text(encoding="utf-8"))
    assert {row["run_id"] for row in rows} == {manifest["run_id"]}
    assert len({row["finding_ids"] for row in rows}) == 3
    assert len({row["remedy_id"] for row in rows}) == 3


def test_every_open_gap_is_written_or_left_over(loop: Loop) -> None:
    first = json.loads((loop.out / "remedies.json").read_text(encoding="utf-8"))["run_id"]
    assigned = {finding for row in loop.table("lms_assignments.csv") for finding in row["finding_ids"].split(";")}
    left = loop.table("left_over.csv")
    gaps_left = {row["finding_id"] for row in left if row["finding"] == "gap"}
    assert assigned | gaps_left == loop.open_gaps
    assert not assigned & gaps_left
    assert sorted(row["reason"] for row in left) == ["learner", "no_account", "no_course", "nobody", "unsafe_id"]
    assert {row["run_id"] for row in left} == {first}


def test_leavers_accounts_become_scim_requests(loop: Loop) -> None:
    lines = [json.loads(line) for line in (loop.out / "scim_requests.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(line["method"], line["path"], line["finding_id"], line["worker_id"]) for line in lines] == [
        ("PATCH", "/Users/A%2FA", "A/A", "WA"),
        ("PATCH", "/Users/A%2F3", "A/3", "W3"),
    ]
    assert lines[0]["body"] == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "active", "value": False}],
    }


def test_what_hr_should_correct(loop: Loop) -> None:
    rows = loop.table("hr_corrections.csv")
    assert ("contingent_without_end", "worker", "W6") in {
        (row["check_id"], row["subject"], row["subject_id"]) for row in rows
    }
    assert all(row["what_to_do"] and row["must_hold"] and row["run_id"] for row in rows)


def test_no_cell_is_a_formula_and_no_id_is_changed(loop: Loop) -> None:
    for name in ("lms_assignments.csv", "hr_corrections.csv", "left_over.csv"):
        for row in loop.table(name):
            assert not [value for value in row.values() if value[:1] in ("=", "+", "-", "@", "\t", "\r")]
    unsafe = [row for row in loop.table("left_over.csv") if row["reason"] == "unsafe_id"]
    assert [(row["worker_id"], row["account_id"]) for row in unsafe] == [("'=W7", "A/7")]


def test_the_same_generation_gives_the_same_files_and_a_site_its_own(loop: Loop) -> None:
    for path in sorted(loop.out.iterdir()):
        assert path.read_bytes() == (loop.company.folder / "again" / path.name).read_bytes()
    assert [row["account_id"] for row in loop.table("lms_assignments.csv", "ref2")] == ["A/2"]
    assert not (loop.company.folder / "ref2" / "scim_requests.jsonl").read_text(encoding="utf-8")
    again = loop.command("--out", str(loop.out))
    assert again.code == 2
    assert "not empty" in again.err


def test_before_anything_is_loaded_all_is_still_open(loop: Loop) -> None:
    assert {status.split(":")[0] for status in loop.early.values()} == {"still_open"}


def test_the_next_load_says_what_was_done(loop: Loop) -> None:
    found = loop.check()
    assert loop.last.code == 0
    assert found["assign", "A/1"] == "done: assigned 2026-03-04, the gap is open until it is completed"
    assert found["assign", "A/2"] == "still_open: not assigned; cause never_assigned"
    assert found["assign", "A/8"] == "superseded: closed by waiver without this assignment"
    assert found["deactivate", "A/3"] == "done: the account is deactivated"
    assert found["deactivate", "A/A"].startswith("superseded: its owner is employed again")
    assert found["correct", "contingent_without_end|worker|W6"] == "done: the check no longer finds it"
    assert "nothing was loaded" not in loop.last.err
    assert "done" in loop.last.err
    assert loop.command("--check", str(loop.out), "--fail-on-gaps").code == 1


def test_usage_errors(loop: Loop, tmp_path: Path) -> None:
    for arguments in ([], ["--out", "x", "--check", "y"], ["--check", str(loop.out), "--site", "BAY1"]):
        assert loop.command(*arguments).code == 2
    answer = loop.command("--check", str(tmp_path))
    assert answer.code == 2
    assert "remedies.json" in answer.err
    missing: Any = loop.command("--check", str(loop.out), "--format", "table")
    assert missing.out.startswith("status")
