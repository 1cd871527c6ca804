"""How the worked cases compare rows (their README): as a bag, by type of cell, some tables in part.

Owns the comparison, for rows of the replay and of the command line alike.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

CASES: Final = Path(__file__).parent / "cases" / "worked"

Cell = str | float | bool | None


def case_folders() -> list[Path]:
    """The folders of the worked cases."""
    return sorted(folder for folder in CASES.iterdir() if folder.is_dir())


def comparable(value: object) -> Cell:
    """A cell in a form that is equal when the README says so: instants as UTC text, numbers rounded."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | decimal.Decimal):
        return round(float(value), 6) + 0.0
    if isinstance(value, dt.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
        return aware.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def expected_cell(text: str, column: str) -> Cell:
    """A cell of an ``expected`` file; what it is follows from its column's name (contract, section 1)."""
    if text == "":
        return None
    if column.endswith("_at") or column in ("valid_from", "valid_to", "active_until"):
        return comparable(dt.datetime.fromisoformat(text))
    if column.startswith(("is_", "has_")):
        return text == "true"
    if _is_number(column):
        return comparable(float(text))
    return text


def found_cell(value: object, column: str) -> Cell:
    """A cell of a found row, which may be JSON: instants and numbers may come as text."""
    if isinstance(value, str) and value != "":
        if column.endswith("_at") or column in ("valid_from", "valid_to", "active_until"):
            moment = dt.datetime.fromisoformat(value)
            return comparable(moment)
        return value
    return comparable(value)


def _is_number(column: str) -> bool:
    return column.endswith(("_days", "_hours", "_pct")) or column in {
        "days_active",
        "hours_overdue",
        "logins_after",
        "open_assignments",
        "actions_missing",
        "actions_late",
        "people",
        "people_without_gap",
        "trained",
        "gap",
        "waived",
        "on_leave",
        "in_grace",
        "not_evaluable",
        "lms_assigned",
        "lms_completed",
        "lms_pct_without_stale",
    }


def needed_columns(table: str, columns: Iterable[str]) -> list[str]:
    """The columns to ask for: those of the file, and those that the README's exceptions look at."""
    more = {"role_states": ["status"], "stale_accounts": ["kind"]}.get(table, [])
    return [*columns, *(column for column in more if column not in columns)]


def differences(
    table: str, columns: list[str], expected: list[Mapping[str, str]], found: list[Mapping[str, Any]]
) -> list[str]:
    """What the rows of an ``expected`` file miss and what is too much, one line a row."""
    wanted = [{column: expected_cell(row[column] or "", column) for column in columns} for row in expected]
    looked_at = _looked_at(table, found)
    got = [{column: found_cell(row[column], column) for column in columns} for row in looked_at]
    if table in ("compliance", "inflation"):
        sites = {row["site"] for row in wanted}
        got = [row for row in got if row["site"] in sites]
    return row_differences(table, wanted, got)


def row_differences(table: str, wanted: list[dict[str, Cell]], got: list[dict[str, Cell]]) -> list[str]:
    """What is missing and what is too much, one line a row; empty when the bags are equal."""
    if table == "compliance_timeline":
        wanted, got = _joined(wanted), _joined(got)
    if table == "stale_accounts":
        wanted, got = [_without_detail(row) for row in wanted], [_without_detail(row) for row in got]
    left, lines = list(got), []
    for row in wanted:
        twin = next((other for other in left if _is_same(row, other)), None)
        if twin is None:
            lines.append(f"{table}: missing {_line(row)}")
        else:
            left.remove(twin)
    return lines + [f"{table}: too much {_line(row)}" for row in left]


def _line(row: Mapping[str, Cell]) -> str:
    return " ".join(f"{column}={value}" for column, value in row.items() if value is not None)


def _without_detail(row: dict[str, Cell]) -> dict[str, Cell]:
    """Of orphan accounts only kind and account_id matter."""
    if row["kind"] != "orphan":
        return row
    return {column: value if column in ("kind", "account_id") else None for column, value in row.items()}


def _looked_at(table: str, rows: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    if table != "role_states":
        return rows
    return [row for row in rows if row["status"] in ("active", "leave", "suspended")]


def _joined(rows: list[dict[str, Cell]]) -> list[dict[str, Cell]]:
    """Adjoining rows that differ in nothing but their interval count as one."""

    def others(row: dict[str, Cell]) -> tuple[str, ...]:
        return tuple(repr(value) for column, value in row.items() if column not in ("valid_from", "valid_to"))

    joined: list[dict[str, Cell]] = []
    for row in sorted(rows, key=lambda one: (others(one), str(one["valid_from"]))):
        if joined and others(joined[-1]) == others(row) and joined[-1]["valid_to"] == row["valid_from"]:
            joined[-1] = {**joined[-1], "valid_to": row["valid_to"]}
        else:
            joined.append(row)
    return joined


def _is_same(one: Mapping[str, Cell], other: Mapping[str, Cell]) -> bool:
    return all(_is_same_cell(value, other[column]) for column, value in one.items())


def _is_same_cell(one: Cell, other: Cell) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= 2e-6
    return type(one) is type(other) and one == other
