"""``gapwatch rejects``: list, export, correct, take again; what the source delivered stays what it was."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from command import Answer, gapwatch

LATER, LAST = "2026-02-12T06:00:00Z", "2026-02-13T06:00:00Z"


def call(folder: Path, command: str, *arguments: str) -> Answer:
    return gapwatch(command, *arguments, "--config", str(folder / "gapwatch.toml"))


def rows(folder: Path, sql: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(call(folder, "sql", sql, "--format", "json").out)
    return found


def test_from_rejected_to_counted(company: Path) -> None:
    file = company / "feeds" / "workers.csv"
    header = file.read_text(encoding="utf-8").splitlines()[0].split(",")
    broken = dict.fromkeys(header, "") | {"worker_id": "=W9", "hired_on": "soon"}
    file.write_text(file.read_text(encoding="utf-8") + ",".join(broken.values()) + "\n", encoding="utf-8")
    assert call(company, "load", "--loaded-at", LATER).code == 0

    listed = json.loads(call(company, "rejects", "--format", "json").out)
    assert [(one["source"], one["column_name"], one["rows"]) for one in listed] == [("hr_workers", "hired_on", 1)]
    exported = company / "out.csv"
    answer = call(company, "rejects", "--source", "hr_workers", "--export", str(exported))
    assert answer.code == 0
    assert answer.out.startswith("1 rejected rows in ")
    with exported.open(encoding="utf-8-sig", newline="") as opened:
        columns, row = list(csv.reader(opened))
    assert row[columns.index("worker_id")] == "'=W9"
    row[columns.index("hired_on")] = "2026-02-02"
    with exported.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([columns, row])

    answer = call(company, "rejects", "--retake", str(exported), "--loaded-at", LAST)
    assert answer.code == 0, answer.err
    assert answer.out.startswith("1 loads: 1 rows read, 1 accepted, 0 rejected; 0 files unchanged, 0 held\n")
    assert call(company, "build").code == 0
    assert rows(company, "select worker_id from staged_workers where worker_id = '=W9'") == [{"worker_id": "=W9"}]
    assert len(rows(company, "select worker_id from staged_workers")) == 3
    (health,) = rows(company, "select newest_loaded_at, rows_rejected from feed_health where source = 'hr_workers'")
    assert health == {"newest_loaded_at": LATER, "rows_rejected": 1}  # the source itself delivered nothing since


def test_usage(company: Path) -> None:
    assert call(company, "rejects").code == 0
    for arguments in (["--loaded-at", LAST], ["--retake", "a.csv", "--source", "x"], ["--source", "nobody"]):
        assert call(company, "rejects", *arguments).code == 2
    assert call(company, "rejects", "--retake", str(company / "none.csv")).code == 2
