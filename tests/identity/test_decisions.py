"""Decisions: what a row more or less does to the policy file, and to the account in the next run."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from command import Answer, gapwatch
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.table import Table

CASE = Path(__file__).parent.parent / "cases" / "worked" / "terminated_account_still_used"
LATER = "2030-01-01T00:00:00Z"
_HEADER = ["account_id", "worker_id", "decided_by", "decided_at", "reason"]


@pytest.fixture(scope="session")
def with_orphan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small company with an active account of nobody, A9, published; not to be changed."""
    folder = tmp_path_factory.mktemp("orphan") / "company"
    shutil.copytree(CASE, folder)
    accounts = next((folder / "feeds").glob("lms_accounts*"))
    rows = list(csv.DictReader(accounts.open(encoding="utf-8")))
    rows.append(dict.fromkeys(rows[0], "") | {"account_id": "A9", "status": "active", "full_name": "Nobody Known"})
    with accounts.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert _run(folder, "2026-02-11T06:00:00Z").code == 0
    return folder


@pytest.fixture
def company(with_orphan: Path, tmp_path: Path) -> Path:
    """A copy of it, free to be changed."""
    return shutil.copytree(with_orphan, tmp_path / "company")


def _call(folder: Path, *arguments: str) -> Answer:
    return gapwatch(*arguments, "--config", str(folder / "gapwatch.toml"))


def _run(folder: Path, loaded_at: str = LATER) -> Answer:
    return _call(folder, "run", "--loaded-at", loaded_at)


def _decide(folder: Path, *whose: str, account: str = "A9") -> Answer:
    return _call(folder, "identity", "decide", account, *whose, "--by", "q.lead", "--reason", "badge, number checked")


def _undo(folder: Path, account: str = "A9") -> Answer:
    return _call(folder, "identity", "undo", account, "--by", "p.other", "--reason", "wrong badge")


def _link(folder: Path) -> tuple[Any, ...]:
    statement = "select status, worker_id, method from account_links where account_id = 'A9'"
    (row,) = json.loads(_call(folder, "sql", statement, "--format", "json").out)
    return tuple(row.values())


def _worker(folder: Path) -> str:
    told = json.loads(_call(folder, "sql", "select min(worker_id) as w from worker_keys", "--format", "json").out)
    return str(told[0]["w"])


def _overrides(folder: Path) -> Path:
    return folder / "policy" / "identity_overrides.csv"


def test_a_decision_is_applied_by_the_next_run_and_undone_by_the_one_after(company: Path) -> None:
    worker = _worker(company)
    assert _link(company) == ("unlinked", None, None)
    answer = _decide(company, "--worker", worker)
    assert answer.code == 0, answer.err
    assert answer.out.startswith(f"recorded: account A9 belongs to worker {worker}, decided by q.lead.")
    assert _link(company) == ("unlinked", None, None), "a decision changes no published run"
    assert _run(company).code == 0
    assert _link(company) == ("linked", worker, "override")
    assert _undo(company).code == 0
    assert _run(company).code == 0
    assert _link(company) == ("unlinked", None, None)


def test_undoing_brings_the_decision_before_back_and_keeps_the_history(company: Path) -> None:
    worker = _worker(company)
    _overrides(company).write_text(f"{','.join(_HEADER)}\nA9,,q.lead,2026-01-01T00:00:00Z,kiosk\n", encoding="utf-8")
    assert _decide(company, "--worker", worker).code == 0
    answer = _undo(company)
    assert "Again in force: account A9 is nobody's." in answer.out
    assert len(_overrides(company).read_text(encoding="utf-8").splitlines()) == 2
    with (company / "policy" / "identity_history.csv").open(encoding="utf-8") as file:
        history = list(csv.DictReader(file))
    assert [(row["action"], row["by"], row["reason"], row["worker_id"]) for row in history] == [
        ("decide", "q.lead", "badge, number checked", worker),
        ("undo", "p.other", "wrong badge", worker),
    ]
    assert history[1]["decided_by"] == "q.lead"
    assert history[1]["because"] == "badge, number checked"


def test_the_other_bytes_of_a_csv_file_survive(company: Path) -> None:
    before = (
        b"\xef\xbb\xbfaccount_id;worker_id;decided_by;decided_at;reason;note\r\n"
        b'A1;;q.lead;2026-01-01;"two\nlines; quoted";x\r\n\r\nA2;;q.lead;2026-01-02;;'
    )
    _overrides(company).write_bytes(before)
    assert _decide(company, "--nobody").code == 0
    after = _overrides(company).read_bytes()
    assert after.startswith(before + b"\r\nA9;;q.lead;")
    assert after.endswith(b";badge, number checked;\r\n")
    assert _undo(company).code == 0
    assert _overrides(company).read_bytes() == before + b"\r\n"
    assert _undo(company, "A1").code == 0
    assert _overrides(company).read_bytes() == before.splitlines(keepends=True)[0] + b"\r\nA2;;q.lead;2026-01-02;;\r\n"


@pytest.mark.parametrize("name", ["identity_overrides.xlsx", "policy.xlsx"])
def test_the_formatting_of_a_workbook_survives(company: Path, name: str) -> None:
    _overrides(company).unlink(missing_ok=True)
    path = company / "policy" / name
    book = Workbook()
    page = book.worksheets[0]
    page.title = "identity_overrides"
    page.append(_HEADER)
    page.append(["A1", None, "q.lead", dt.date(2026, 1, 1), "kiosk"])
    page["A1"].font, page["E2"].fill = Font(bold=True), PatternFill("solid", fgColor="FFEEDD")
    page.column_dimensions["E"].width = 44
    page.freeze_panes = "A2"
    page.add_table(Table(displayName="overrides", ref="A1:E2"))
    book.create_sheet("remarks")["B2"] = "=1+1"
    book.save(path)
    assert _decide(company, "--nobody").code == 0
    assert _run(company).code == 0
    assert _link(company) == ("unlinked", None, "override")
    page = load_workbook(path)["identity_overrides"]
    assert [cell.value for cell in page[3]][:3] == ["A9", None, "q.lead"]
    assert page["E3"].fill.fgColor.rgb == page["E2"].fill.fgColor.rgb == "00FFEEDD"
    assert (page["A1"].font.b, page.column_dimensions["E"].width, page.freeze_panes) == (True, 44, "A2")
    assert page.tables["overrides"].ref == "A1:E3"
    assert load_workbook(path)["remarks"]["B2"].value == "=1+1"
    assert _undo(company).code == 0
    page = load_workbook(path)["identity_overrides"]
    assert [row[0] for row in page.iter_rows(values_only=True)] == ["account_id", "A1"]
    assert page.tables["overrides"].ref == "A1:E2"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["decide", "A9"], "whose the account is was not said"),
        (["decide", "A9", "--nobody", "--worker", "W1"], "cannot be a worker's and nobody's"),
        (["decide", "NONE", "--nobody"], "knows no account NONE"),
        (["decide", "A9", "--worker", "NONE"], "knows no worker NONE"),
        (["undo", "A9"], "no decision about account A9 is recorded"),
    ],
)
def test_what_cannot_be_decided_is_said_and_changes_nothing(company: Path, arguments: list[str], says: str) -> None:
    before = {path.name: path.read_bytes() for path in (company / "policy").iterdir()}
    answer = _call(company, "identity", *arguments, "--by", "q.lead", "--reason", "because")
    assert answer.code == 2
    assert says in answer.err
    assert before == {path.name: path.read_bytes() for path in (company / "policy").iterdir()}


def test_a_decision_that_a_later_row_would_overrule_is_refused(company: Path) -> None:
    _overrides(company).write_text(f"{','.join(_HEADER)}\nA9,,q.lead,2999-01-01T00:00:00Z,kiosk\n", encoding="utf-8")
    answer = _decide(company, "--worker", _worker(company))
    assert answer.code == 2
    assert "dated later" in answer.err


def test_the_list_shows_who_waits_and_counts_the_rest(company: Path) -> None:
    answer = _call(company, "identity", "--format", "json")
    assert [(row["status"], row["account_id"]) for row in json.loads(answer.out)] == [
        ("orphan", "A9"),
        ("unlinked", "A0"),
    ]
    assert "2 accounts linked, 0 ambiguous, 1 unlinked, 1 orphans" in answer.err
    linked = json.loads(_call(company, "identity", "--format", "json", "--status", "linked").out)
    assert {row["status"] for row in linked} == {"linked"}
    assert "A9" in _call(company, "identity").out
