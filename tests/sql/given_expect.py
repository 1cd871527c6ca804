"""One model alone: the rows it is given, and the rows it must make of them.

Owns the form of ``cases/*.toml`` and running one. A file holds the cases of the model it is named for::

    [[case]]
    name = "a midnight that a clock change skips is the instant of the change"
    given.site_keys = '''
        site | timezone
        CAI  | Africa/Cairo
    '''
    expect = '''
        …
    '''

The first line of a table names columns; an empty cell is NULL, ``''`` the empty text. Columns that are not named are
NULL, tables that are not given are empty, ``run_parameters`` has one row unless it is given. ``expect`` looks at the
columns it names, rows in any order. Types are those of the tables of a real build.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

CASES: Final = Path(__file__).parent / "cases"
PARAMETERS: Final = """
    run_id | as_of               | known_at            | organisation_name | organisation_timezone
    test   | 2026-06-01 00:00:00 | 2026-06-01 00:00:00 | Meridian          | America/Chicago
"""

Cells = tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True)
class TextTable:
    """A table as written in a case."""

    columns: tuple[str, ...]
    rows: Cells


@dataclass(frozen=True)
class Case:
    """One case of one model."""

    model: str
    name: str
    given: Mapping[str, TextTable]
    expect: TextTable


def all_cases() -> list[Case]:
    """Every case of every file."""
    return [case for path in sorted(CASES.glob("*.toml")) for case in read_cases(path)]


def read_cases(path: Path) -> list[Case]:
    """The cases of a file."""
    return [
        Case(
            model=path.stem,
            name=case["name"],
            given={name: text_table(text) for name, text in case.get("given", {}).items()},
            expect=text_table(case["expect"]),
        )
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    ]


def text_table(text: str) -> TextTable:
    """The table in that text. Raises ValueError where a row has too few or too many cells."""
    lines = [tuple(cell.strip(" ") for cell in line.split("|")) for line in text.splitlines() if line.strip()]
    for line in lines:
        if len(line) != len(lines[0]):
            raise ValueError(f"{' | '.join(line)}: {len(line)} cells for {len(lines[0])} columns")
    return TextTable(lines[0], tuple(tuple(_cell(cell) for cell in line) for line in lines[1:]))


def _cell(text: str) -> str | None:
    return None if text == "" else "" if text == "''" else text


class Bench:
    """An in-memory engine with every table of a build, empty, in which one model at a time is tried."""

    def __init__(self, pattern: Path) -> None:
        """``pattern`` is a DuckDB file with one real build: it lends the types of all tables."""
        self._connection = duckdb.connect(":memory:", config={"threads": 1})
        self._connection.execute("set timezone = 'UTC'")
        self._connection.execute(f"attach '{pattern}' as pattern (read_only)")

    def differences(self, case: Case, sql: str, *, reads: Collection[str]) -> list[str]:
        """What ``sql``, given the case's rows, misses of the expected ones and has too much; empty when equal.

        ``reads`` are the tables it reads; a case that gives another one is out of date and raises ValueError.
        """
        strange = set(case.given) - set(reads) - {"run_parameters"}
        if strange:
            raise ValueError(f"{case.model} does not read {', '.join(sorted(strange))}")
        run = self._connection.execute
        run("begin")
        try:
            for name in {*reads, "run_parameters"}:
                run(f'create table memory.main."{name}" as select * from pattern.main."{name}" limit 0')
            self._fill("run_parameters", case.given.get("run_parameters") or text_table(PARAMETERS))
            for name, table in case.given.items():
                if name != "run_parameters":
                    self._fill(name, table)
            run(f"create table found as {sql}")
            run("create table expected as select * from found limit 0")
            self._fill("expected", case.expect)
            columns = ", ".join(f'"{name}"' for name in case.expect.columns)
            lines = []
            for word, one, other in (("missing", "expected", "found"), ("too much", "found", "expected")):
                rows = run(f"select {columns} from {one} except all select {columns} from {other} order by all")
                lines += [f"{word}: {' | '.join('' if v is None else str(v) for v in row)}" for row in rows.fetchall()]
            return lines
        finally:
            run("rollback")

    def _fill(self, name: str, table: TextTable) -> None:
        columns = ", ".join(f'"{column}"' for column in table.columns)
        marks = ", ".join("?" for _ in table.columns)
        for row in table.rows:
            self._connection.execute(f'insert into "{name}" ({columns}) values ({marks})', list(row))

    def close(self) -> None:
        """Give the engine back."""
        self._connection.close()
