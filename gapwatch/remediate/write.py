"""Writes the remedies: an assignment import for the LMS, SCIM requests for accounts, corrections for HR.

Owns the files and their form; what is a remedy is decided in ``queries/ask/remediate_*.sql``. The files hold IDs and no
names. Called by the command line.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from gapwatch.errors import ConfigurationError
from gapwatch.reads import Reader

ASSIGNMENTS: Final = "lms_assignments.csv"
ACCOUNTS: Final = "scim_requests.jsonl"
CORRECTIONS: Final = "hr_corrections.csv"
LEFT_OVER: Final = "left_over.csv"
REMEDIES: Final = "remedies.json"

_RESOURCE: Final = "Users"
_PATCH: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_COLUMNS: Final = {
    ASSIGNMENTS: (
        "remedy_id",
        "account_id",
        "course_id",
        "worker_id",
        "requirement_ids",
        "sites",
        "causes",
        "finding_ids",
        "run_id",
    ),
    CORRECTIONS: (
        "remedy_id",
        "feed",
        "subject",
        "subject_id",
        "check_id",
        "severity",
        "rows_failed",
        "must_hold",
        "what_to_do",
        "finding_id",
        "run_id",
    ),
    LEFT_OVER: (
        "finding",
        "finding_id",
        "worker_id",
        "account_id",
        "requirement_id",
        "site",
        "reason",
        "what_to_do",
        "run_id",
    ),
}
_TURNS: Final = {
    "learner": "the training is assigned; the learner has to complete it",
    "hr": "HR had not recorded the role; record role changes before they take effect",
    "no_account": "create or reactivate the LMS account first, then write remedies again",
    "no_course": "no course credits this requirement here; name one in course_credits",
    "nobody": "say whose account it is (gapwatch identity), or deactivate it by hand",
    "unsafe_id": "an ID in it would be read as a formula or as several cells; do it by hand",
}
# A spreadsheet takes a cell for a formula by its first character, and with another separator cuts cells elsewhere.
_RISKY: Final = re.compile(r"(?:^|[,;|\t\r\n\"'])\s*[=+\-@]|[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Remedy:
    """One act for one finding, as ``status`` asks about it later. ``as_of`` is that of the run, UTC."""

    remedy_id: str
    kind: str  # assign, deactivate, correct
    finding_id: str
    account_id: str
    course_id: str
    as_of: str


@dataclass(frozen=True)
class Written:
    """What a folder holds: lines a file, and how many findings were left over."""

    folder: Path
    lines: Mapping[str, int]

    @property
    def left_over(self) -> int:
        """Findings that no file closes."""
        return self.lines[LEFT_OVER]


def write_remedies(reader: Reader, folder: Path, *, sites: Sequence[str] = ()) -> Written:
    """Write the remedies of that generation into a new or empty folder; ``sites`` narrows them.

    The same generation gives the same bytes. Raises ConfigurationError when the folder holds something already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(
            "the folder is not empty",
            where=str(folder),
            do="name a new one; what was handed out stays as it was",
        )
    scope = list(sites) or None
    as_of = reader.run.as_of.strftime("%Y-%m-%dT%H:%M:%S.%f")
    left_over = [{**row, "what_to_do": _TURNS[row["reason"]]} for row in _rows(reader, "remediate_left_over", scope)]
    remedies: list[Remedy] = []
    assignments = []
    for row in _rows(reader, "remediate_assignments", scope):
        if _is_plain(row["account_id"], row["course_id"], row["worker_id"]):
            assignments.append(row)
            for finding in row["finding_ids"].split(";"):
                remedies.append(Remedy(row["remedy_id"], "assign", finding, row["account_id"], row["course_id"], as_of))
        else:
            left_over += [
                _unsafe("gap", finding, row, requirement_id=row["requirement_ids"], site=row["sites"])
                for finding in row["finding_ids"].split(";")
            ]
    accounts = _rows(reader, "remediate_accounts", scope)
    remedies += [
        Remedy(row["remedy_id"], "deactivate", row["finding_id"], row["account_id"], "", as_of) for row in accounts
    ]
    corrections = []
    for row in _rows(reader, "remediate_corrections", scope):
        if _is_plain(row["subject_id"]):
            corrections.append(row)
            remedies.append(Remedy(row["remedy_id"], "correct", row["finding_id"], "", "", as_of))
        else:
            left_over.append(_unsafe("check", row["finding_id"], row))
    files = {
        ASSIGNMENTS: _table(assignments, _COLUMNS[ASSIGNMENTS]),
        ACCOUNTS: "".join(f"{json.dumps(_request(row))}\n" for row in accounts),
        CORRECTIONS: _table(corrections, _COLUMNS[CORRECTIONS]),
        LEFT_OVER: _table([_for_people(row) for row in left_over], _COLUMNS[LEFT_OVER]),
    }
    lines = {
        ASSIGNMENTS: len(assignments),
        ACCOUNTS: len(accounts),
        CORRECTIONS: len(corrections),
        LEFT_OVER: len(left_over),
    }
    manifest = {
        "run_id": reader.run.run_id,
        "as_of": as_of,
        "known_at": reader.run.known_at.strftime("%Y-%m-%dT%H:%M:%S.%f"),
        "policy_sha256": reader.run.policy_sha256,
        "sites": sorted(sites),
        "files": {
            name: {"lines": lines[name], "sha256": hashlib.sha256(text.encode()).hexdigest()}
            for name, text in files.items()
        },
        "remedies": [asdict(remedy) for remedy in remedies],
    }
    _write(folder, {**files, REMEDIES: json.dumps(manifest, indent=1) + "\n"})
    return Written(folder, lines)


def _rows(reader: Reader, name: str, sites: list[str] | None) -> list[dict[str, Any]]:
    cursor = reader.question(name, sites=sites)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _request(row: Mapping[str, Any]) -> dict[str, Any]:
    """One SCIM request (RFC 7644, 3.5.2) and what it is for; ``path`` is below the service's base address."""
    return {
        "remedy_id": row["remedy_id"],
        "finding_id": row["finding_id"],
        "run_id": row["run_id"],
        "worker_id": row["worker_id"],
        "method": "PATCH",
        "path": f"/{_RESOURCE}/{quote(row['account_id'], safe='')}",
        "content_type": "application/scim+json",
        "body": {"schemas": [_PATCH], "Operations": [{"op": "replace", "path": "active", "value": False}]},
    }


def _unsafe(finding: str, finding_id: str, row: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "finding": finding,
        "finding_id": finding_id,
        "worker_id": row.get("worker_id"),
        "account_id": row.get("account_id"),
        **more,
        "reason": "unsafe_id",
        "what_to_do": _TURNS["unsafe_id"],
        "run_id": row["run_id"],
    }


def _is_plain(*identifiers: str | None) -> bool:
    return not any(identifier and _RISKY.search(identifier) for identifier in identifiers)


def _for_people(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with every risky text made inert: this file is read, never imported."""
    return {
        name: "'" + re.sub(r"[\x00-\x1f\x7f]", " ", value) if isinstance(value, str) and not _is_plain(value) else value
        for name, value in row.items()
    }


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, columns, extrasaction="ignore", quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """All files or none: they are written beside and the folder takes its name last."""
    beside = folder.with_name(f".{folder.name}.part")
    beside.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (beside / name).write_text(text, encoding="utf-8", newline="")
    if folder.exists():
        folder.rmdir()
    beside.rename(folder)
