"""Decisions about whose an account is: written into the policy's ``identity_overrides``, taken back again.

Owns what a decision adds to or takes from the table, and ``identity_history.csv`` beside it, which keeps every
decision and every undoing (who, when, why) and is read by nobody else. What a decision does to an account is said in
``queries/state/account_links.sql``: of several, the latest holds. Called by the command line.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gapwatch.errors import ConfigurationError
from gapwatch.identity.policy_file import find_policy_file, replace_file

TABLE: Final = "identity_overrides"
HISTORY: Final = "identity_history.csv"
_COLUMNS: Final = ("account_id", "worker_id", "decided_by", "decided_at", "reason")
_HISTORY_COLUMNS: Final = ("at", "action", "by", "reason", *(name for name in _COLUMNS if name != "reason"), "because")


@dataclass(frozen=True)
class Decision:
    """One row of ``identity_overrides``. ``worker_id`` None: the account is nobody's. ``decided_at`` is aware UTC;
    ``row_number`` is that in the file (header = 1), None for a row that is not written yet.
    """

    account_id: str
    worker_id: str | None
    decided_by: str
    decided_at: dt.datetime
    reason: str | None
    row_number: int | None = None

    @property
    def says(self) -> str:
        """The decision in words, without the reason."""
        whose = f"belongs to worker {self.worker_id}" if self.worker_id else "is nobody's"
        return f"account {self.account_id} {whose}"


def decide(folder: Path, decision: Decision, *, existing: Iterable[Decision]) -> None:
    """Write the decision at the end of the table in that policy folder.

    Raises ConfigurationError when it would have no effect (a row of the account is dated later), lacks a name or a
    reason, or repeats what holds.
    """
    _named(decision.decided_by, decision.reason)
    latest = in_force(existing, decision.account_id)
    if latest and latest.decided_at > decision.decided_at:
        raise ConfigurationError(
            f"a decision about account {decision.account_id} is dated later, {_text(latest.decided_at)}",
            where=f"{TABLE}, row {latest.row_number}",
            do="correct its decided_at, or decide after that instant",
        )
    if latest and latest.worker_id == decision.worker_id:
        raise ConfigurationError(
            f"{decision.says}: that is decided already",
            where=f"{TABLE}, row {latest.row_number}",
            do="nothing, or undo it first",
        )
    place = find_policy_file(folder, TABLE, columns=_COLUMNS)
    replace_file(place.path, place.with_row(_cells(decision)))
    _remember(folder, decision, action="decide", by=decision.decided_by, at=decision.decided_at, why=decision.reason)


def undo(
    folder: Path, account_id: str, *, by: str, at: dt.datetime, reason: str, existing: Iterable[Decision]
) -> tuple[Decision, Decision | None]:
    """Take the decision that holds for the account out of the table; returns it and the one that holds now, if any.

    A row cannot say "not decided", so undoing is removing: the decision before it holds again. What was removed, who
    did it, when and why, is in the history. Raises ConfigurationError when there is nothing to undo.
    """
    _named(by, reason)
    rows = list(existing)
    latest = in_force(rows, account_id)
    if latest is None or latest.row_number is None:
        raise ConfigurationError(
            f"no decision about account {account_id} is recorded",
            where=TABLE,
            do="see gapwatch identity --status all for the accounts and how they are linked",
        )
    place = find_policy_file(folder, TABLE, columns=_COLUMNS)
    replace_file(place.path, place.without_row(latest.row_number, holding=account_id))
    _remember(folder, latest, action="undo", by=by, at=at, why=reason)
    return latest, in_force([row for row in rows if row is not latest], account_id)


def in_force(existing: Iterable[Decision], account_id: str) -> Decision | None:
    """The latest decision about that account, of equals the lowest row."""
    rows = [row for row in existing if row.account_id == account_id]
    return max(rows, key=lambda row: (row.decided_at, row.row_number or 0), default=None)


def _named(by: str, reason: str | None) -> None:
    for option, text in (("--by", by), ("--reason", reason)):
        if not (text and text.strip()):
            raise ConfigurationError(
                "a decision needs a name and a reason", where=option, do="say who decides, and on what grounds"
            )
        if any(not one.isprintable() for one in text):
            raise ConfigurationError("the text holds a line break or another control character", where=option)


def _cells(decision: Decision) -> dict[str, str]:
    return {
        "account_id": decision.account_id,
        "worker_id": decision.worker_id or "",
        "decided_by": decision.decided_by,
        "decided_at": _text(decision.decided_at),
        "reason": decision.reason or "",
    }


def _remember(folder: Path, decision: Decision, *, action: str, by: str, at: dt.datetime, why: str | None) -> None:
    path = folder / HISTORY
    content = path.read_bytes() if path.is_file() else (",".join(_HISTORY_COLUMNS) + "\n").encode()
    row = io.StringIO(newline="")
    cells = _cells(decision)
    because = cells.pop("reason")
    csv.writer(row, lineterminator="\n").writerow([_text(at), action, by, why or "", *cells.values(), because])
    joint = b"" if content.endswith(b"\n") else b"\n"
    replace_file(path, content + joint + row.getvalue().encode())


def _text(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
