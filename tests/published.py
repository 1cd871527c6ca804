"""A small company whose feeds are exports of real systems, run through the command line to its published tables.

Owns its folder: settings from what a test says of each source, a policy of two requirements, three sites. Knows no
vendor. Used by the tests under ``tests/vendors``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from command import Answer, gapwatch
from worlds import POLICY_COLUMNS, write_table

SITES: Final = (
    {"site": "BAY1", "name": "Bay 1", "timezone": "America/Chicago", "facility_type": "plant"},
    {"site": "REF2", "name": "Refinery 2", "timezone": "America/Los_Angeles", "facility_type": "plant"},
    {"site": "TOK", "name": "Tokyo", "timezone": "Asia/Tokyo", "facility_type": "office"},
)
POLICY: Final[dict[str, list[dict[str, str]]]] = {
    "requirements": [
        {"requirement_id": "R-OP", "title": "Operating", "severity": "high", "validity_months": "12"},
        {"requirement_id": "R-SUP", "title": "Supervising", "severity": "high"},
    ],
    "requirement_rules": [
        {"rule_id": "RU1", "requirement_id": "R-OP", "job_code": "OP"},
        {"rule_id": "RU2", "requirement_id": "R-SUP", "job_code": "SUP"},
    ],
    "course_credits": [
        {"course_id": "C-OP", "requirement_id": "R-OP"},
        {"course_id": "C-SUP", "requirement_id": "R-SUP"},
    ],
}


@dataclass
class Company:
    """One folder: sources are added, files put, runs made, tables asked."""

    folder: Path
    timezone: str = "America/Chicago"
    policy: Mapping[str, list[dict[str, str]]] = field(default_factory=lambda: dict(POLICY))
    sources: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.put(
            "sites.csv", "site,name,timezone,facility_type\n" + "".join(",".join(row.values()) + "\n" for row in SITES)
        )
        self.source("sites", "sites", "sites.csv")

    def source(self, name: str, feed: str, file: str, **keys: Any) -> None:
        """One more source; ``file`` is under ``feeds``, or absolute."""
        path = file if Path(file).is_absolute() else f"feeds/{file}"
        self.sources.append({"name": name, "feed": feed, "path": path} | keys)

    def put(self, file: str, content: str | bytes | list[Any] | dict[str, Any]) -> None:
        """Write a file under ``feeds``; lists and dicts as JSON."""
        path = self.folder / "feeds" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list | dict):
            content = json.dumps(content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def run(self, loaded_at: str, *, as_of: str | None = None, known_at: str | None = None) -> Answer:
        """``gapwatch run`` with what the sources hold now."""
        for table, columns in POLICY_COLUMNS.items():
            if table in self.policy:
                write_table(self.folder / "policy" / f"{table}.csv", self.policy[table], columns=columns)
        (self.folder / "gapwatch.toml").write_text(self._settings(), encoding="utf-8")
        return gapwatch("run", "--config", self._config, "--loaded-at", loaded_at, *_instants(as_of, known_at))

    def publish(self, loaded_at: str, *, as_of: str | None = None, known_at: str | None = None) -> None:
        """The same, and it must succeed."""
        answer = self.run(loaded_at, as_of=as_of, known_at=known_at)
        assert answer.code == 0, answer.err

    def rows(self, statement: str, *, as_of: str | None = None, known_at: str | None = None) -> list[tuple[Any, ...]]:
        """What ``gapwatch sql`` answers, one tuple a row."""
        answer = gapwatch("sql", "--config", self._config, "--format", "json", statement, *_instants(as_of, known_at))
        assert answer.code == 0, answer.err
        return [tuple(row.values()) for row in json.loads(answer.out)]

    def balances(self) -> bool:
        """Whether every load's rows read are accepted or rejected, and every reject is kept."""
        return not self.rows(
            "select load_id from loads where rows_read <> rows_accepted + rows_rejected or rows_rejected <>"
            " (select count(*) from rejects where rejects.load_id = loads.load_id)"
        )

    @property
    def _config(self) -> str:
        return str(self.folder / "gapwatch.toml")

    def _settings(self) -> str:
        lines = ["[organisation]", f'timezone = "{self.timezone}"', "[warehouse]", 'path = "warehouse"']
        for source in self.sources:
            lines.append("[[sources]]")
            lines += [f"{key} = {_toml(value)}" for key, value in source.items()]
        return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(each)}" for key, each in value.items()) + "}"
    return json.dumps(value)


def _instants(as_of: str | None, known_at: str | None) -> list[str]:
    pairs = (("--as-of", as_of), ("--known-at", known_at))
    return [part for option, value in pairs if value is not None for part in (option, value)]
