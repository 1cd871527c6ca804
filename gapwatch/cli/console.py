"""What a command says while it works, and how it shows rows.

Progress goes to stderr, one line each, plain when stderr is no terminal. Owns no result.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
import sys
from collections.abc import Sequence
from typing import Any

import click


def report(line: str) -> None:
    """One line of progress."""
    click.echo(click.style(line, dim=True) if sys.stderr.isatty() else line, err=True)


def show_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, form: str) -> None:
    """Print rows as ``table``, ``csv`` or ``json`` (a list of objects; instants in UTC, ending in Z)."""
    if form == "json":
        click.echo(
            json.dumps([dict(zip(columns, map(_jsonable, row), strict=True)) for row in rows], ensure_ascii=False)
        )
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_text(value) for value in row] for row in rows)
    else:
        _show_table(columns, rows)


def _show_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(show_edge=False, header_style="bold")
    numeric = [
        any(row[at] is not None for row in rows)
        and all(isinstance(row[at], int | float) for row in rows if row[at] is not None)
        for at in range(len(columns))
    ]
    for name, is_number in zip(columns, numeric, strict=True):
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_text(value)) for value in row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=max(120, 22 * len(columns)))
    console.print(table)


def _jsonable(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return _instant(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if hasattr(value, "as_tuple"):  # a decimal
        return float(value)
    return str(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return _instant(value)
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def _instant(value: dt.datetime) -> str:
    utc = value if value.tzinfo is None else value.astimezone(dt.UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="auto") + "Z"
