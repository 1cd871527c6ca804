"""The only read door: runs the questions in ``queries/ask/`` on one published generation, read-only.

Owns which generation a reader sees and, with it, which rows. Writes nothing, decides no rule. Called by the
dashboard, the workbook, the digest and the command line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import duckdb

from gapwatch.errors import ConfigurationError, NothingPublished
from gapwatch.shipped import query_folder
from gapwatch.warehouse.generations import generation_path

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class RunParameters:
    """The one row of ``run_parameters``; instants are UTC and aware."""

    run_id: str
    as_of: dt.datetime
    known_at: dt.datetime
    policy_sha256: str
    organisation_name: str
    organisation_timezone: str


class Reader:
    """A read-only view of one generation. Use as a context manager, or call ``close``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"})
        row = self._connection.execute(
            "select run_id, as_of, known_at, policy_sha256, organisation_name, organisation_timezone"
            " from run_parameters"
        ).fetchone()
        if row is None:
            raise NothingPublished("the generation has no run_parameters row", where=path.name, do="run: gapwatch run")
        self.run = RunParameters(
            run_id=row[0],
            as_of=row[1].replace(tzinfo=dt.UTC),
            known_at=row[2].replace(tzinfo=dt.UTC),
            policy_sha256=row[3],
            organisation_name=row[4],
            organisation_timezone=row[5],
        )

    @classmethod
    def open(cls, warehouse: Path, *, run_id: str | None = None) -> Self:
        """The generation ``run_id`` of that warehouse, by default the published one.

        Raises NothingPublished when there is none.
        """
        return cls(generation_path(warehouse, run_id=run_id))

    def ask(self, name: str, **parameters: object) -> pd.DataFrame:
        """The rows of ``queries/ask/<name>.sql``; parameters it names and the caller does not are NULL."""
        question = _question(name)
        bound = {key: parameters.get(key) for key in question.parameters}
        unknown = set(parameters) - set(question.parameters)
        if unknown:
            raise ConfigurationError(f"question {name} has no parameter {', '.join(sorted(unknown))}")
        return self._frame(question.sql, bound)

    def rows(self, text: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of one read-only statement; raises ConfigurationError where it fails."""
        try:
            cursor = self._connection.cursor().execute(text)
            return [column[0] for column in cursor.description or []], cursor.fetchall()
        except duckdb.Error as error:
            raise ConfigurationError(
                f"the query failed: {error}", do='gapwatch sql "show tables" lists what there is'
            ) from error

    def relation(self, text: str, parameters: Mapping[str, Any] | None = None) -> duckdb.DuckDBPyConnection:
        """A cursor with the statement executed, for callers that stream rows instead of holding a frame."""
        return self._connection.cursor().execute(text, dict(parameters) if parameters else None)

    def question(self, name: str, **parameters: object) -> duckdb.DuckDBPyConnection:
        """As ``ask``, but a cursor to stream from."""
        question = _question(name)
        return self.relation(question.sql, {key: parameters.get(key) for key in question.parameters})

    def _frame(self, text: str, parameters: Mapping[str, object]) -> pd.DataFrame:
        return self._connection.cursor().execute(text, dict(parameters) or None).df()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def question_parameters(name: str) -> frozenset[str]:
    """The parameters that ``queries/ask/<name>.sql`` takes. Raises ConfigurationError when it is not there."""
    return frozenset(_question(name).parameters)


@dataclass(frozen=True)
class _Question:
    sql: str
    parameters: tuple[str, ...]


@lru_cache(maxsize=256)
def _question(name: str) -> _Question:
    import sqlglot
    from sqlglot import exp

    path = query_folder() / "ask" / f"{name}.sql"
    if not path.is_file():
        raise ConfigurationError(f"there is no question {name}", where=path.name)
    sql = path.read_text(encoding="utf-8")
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    names = {str(node.name) for node in tree.find_all(exp.Parameter, exp.Placeholder) if node.name}
    return _Question(sql, tuple(sorted(names)))
