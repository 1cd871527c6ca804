"""What this export says otherwise than an earlier one about the same time, and why.

Owns laying both exports' rows side by side; comparing them and naming causes is ``queries/restatement``.
Called by ``workbook``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from gapwatch.evidence.earlier import COMPARED, Earlier
from gapwatch.evidence.scope import Scope
from gapwatch.reads import Reader, question_parameters
from gapwatch.shipped import query_folder

if TYPE_CHECKING:
    import duckdb

QUESTION: Final = "restated"
_JUDGING: Final = ("staging/", "state/", "gaps/")


def restatement_sql() -> str:
    """The text of the comparison."""
    return (query_folder() / "restatement" / f"{QUESTION}.sql").read_text(encoding="utf-8")


def restated_rows(reader: Reader, scope: Scope, earlier: Earlier) -> duckdb.DuckDBPyConnection:
    """A cursor over the rows added, removed and restated, with the columns of the change log."""
    cursor = reader.relation("select 1")
    for name, (sheet, columns) in COMPARED.items():
        chosen = ", ".join(columns)
        text = (query_folder() / "ask" / f"{sheet.question}.sql").read_text(encoding="utf-8")
        parameters = {key: scope.question_parameters.get(key) for key in question_parameters(sheet.question)}
        cursor.execute(f"create temp table later_{name} as select {chosen} from ({text})", parameters)
        cursor.register(f"handed_{name}", earlier.rows(name))
        cursor.execute(f"create temp table earlier_{name} as select * from handed_{name}")
        cursor.unregister(f"handed_{name}")
    is_logic_changed = _judging(earlier.sql) != _judging(_models(reader))
    earlier.close()
    cut = min(earlier.period_to, scope.period_to)
    return cursor.execute(
        restatement_sql(),
        {
            "cut": cut.astimezone(dt.UTC).replace(tzinfo=None),
            "is_policy_changed": earlier.policy_sha256 != reader.run.policy_sha256,
            "is_known_later": reader.run.known_at > earlier.known_at,
            "is_logic_changed": is_logic_changed,
        },
    )


def _models(reader: Reader) -> dict[str, str]:
    rows = reader.relation("select folder || '/' || model, sql_sha256 from models").fetchall()
    return {str(name): str(digest) for name, digest in rows}


def _judging(sql: Mapping[str, str]) -> dict[str, str]:
    return {name: digest for name, digest in sql.items() if name.startswith(_JUDGING)}
