"""Records of accounts and workers as ``queries/identity`` gives them, for tests to write down."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from gapwatch.bench.strangers import SCHEMA

_START = 20_000


def account(account_id: str, full_name: str | None, **told: Any) -> dict[str, Any]:
    """An account of unknown person, created on the day most workers of these tests start."""
    return _record(account_id, account_id, full_name, **{"ref": None, **told})


def worker(worker_id: str, full_name: str | None, **told: Any) -> dict[str, Any]:
    """A worker who started on that day and has no account."""
    return _record(f"{worker_id}#{told.pop('variant', 1)}", told.pop("person", worker_id), full_name,
                   **{"ref": worker_id, **told})  # fmt: skip


def crowd(count: int = 400) -> list[dict[str, Any]]:
    """Workers who are nobody's match, so that names have frequencies; all have accounts."""
    return [
        worker(f"N{n:04d}", f"{chr(97 + n % 26)}x{n} Crowd{n % 60}", start_day=_START - 900 + n * 2, has_account=True)
        for n in range(count)
    ]


def table(rows: list[dict[str, Any]]) -> pa.Table:
    """The records as a table."""
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _record(unique_id: str, person: str, full_name: str | None, **told: Any) -> dict[str, Any]:
    return {
        "unique_id": unique_id,
        "person": person,
        "ref": None,
        "username": None,
        "email": None,
        "full_name": full_name,
        "start_day": _START,
        "end_day": None,
        "sites": [],
        "department": None,
        "has_account": False,
    } | told
