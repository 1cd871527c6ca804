"""The only read door: runs the questions in ``queries/ask/`` on one published generation, read-only.

Owns which generation a reader sees and, for a viewer with a role, that nothing but the permitted rows can be
reached through it (``gapwatch.access``). Writes nothing, decides no rule. Called by the dashboard, the workbook, the
digest and the command line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import duckdb

from gapwatch.access import check_statement, restricted, tables_seen_by
from gapwatch.errors import ConfigurationError, NothingPublished, NotPermitted
from gapwatch.shipped import query_folder
from gapwatch.viewers import Viewer
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
    """A read-only view of one generation. Use as a context manager, or call ``close``.

    With a ``viewer``, whatever is asked of it, by name or as SQL, sees the rows of that viewer's role and no other;
    a table that the role does not show raises NotPermitted. Without one (the command line) it sees everything.
    """

    def __init__(self, path: Path, *, viewer: Viewer | None = None) -> None:
        self.path = path
        self.viewer = viewer
        self._is_restricted = viewer is not None and not viewer.sees_everything
        if viewer is not None and self._is_restricted:
            self._connection = restricted(path, viewer)
        else:
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
    def open(cls, warehouse: Path, *, run_id: str | None = None, viewer: Viewer | None = None) -> Self:
        """The generation ``run_id`` of that warehouse, by default the published one, as ``viewer`` may see it.

        Raises NothingPublished when there is none, NotPermitted when it speaks of a day outside the viewer's period.
        """
        return cls(generation_path(warehouse, run_id=run_id), viewer=viewer)

    def ask(self, name: str, **parameters: object) -> pd.DataFrame:
        """The rows of ``queries/ask/<name>.sql``; parameters it names and the caller does not are NULL."""
        question = _question(name)
        bound = {key: parameters.get(key) for key in question.parameters}
        unknown = set(parameters) - set(question.parameters)
        if unknown:
            raise ConfigurationError(f"question {name} has no parameter {', '.join(sorted(unknown))}")
        return self._frame(question.sql, bound)

    def answers(self, name: str) -> bool:
        """Whether the viewer's role shows every table that ``queries/ask/<name>.sql`` reads."""
        if self.viewer is None or not self._is_restricted:
            return True
        return _tables(name) <= tables_seen_by(self.viewer.role)

    def rows(self, text: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of one read-only statement; raises ConfigurationError where it fails."""
        try:
            cursor = self._execute(text, None)
            return [column[0] for column in cursor.description or []], cursor.fetchall()
        except duckdb.Error as error:
            raise ConfigurationError(
                f"the query failed: {error}", do='gapwatch sql "show tables" lists what there is'
            ) from error

    def relation(self, text: str, parameters: Mapping[str, Any] | None = None) -> duckdb.DuckDBPyConnection:
        """A cursor with the statement executed, for callers that stream rows instead of holding a frame."""
        return self._execute(text, parameters)

    def question(self, name: str, **parameters: object) -> duckdb.DuckDBPyConnection:
        """As ``ask``, but a cursor to stream from."""
        question = _question(name)
        return self.relation(question.sql, {key: parameters.get(key) for key in question.parameters})

    def _frame(self, text: str, parameters: Mapping[str, object]) -> pd.DataFrame:
        return self._execute(text, parameters).df()

    def _execute(self, text: str, parameters: Mapping[str, Any] | None) -> duckdb.DuckDBPyConnection:
        """A cursor with the statement executed; the one place through which rows leave."""
        if not self._is_restricted:
            return self._connection.cursor().execute(text, dict(parameters) if parameters else None)
        check_statement(text)
        try:
            return self._connection.cursor().execute(text, dict(parameters) if parameters else None)
        except duckdb.CatalogException as error:
            role = self.viewer.role.replace("_", " ") if self.viewer else ""
            raise NotPermitted(
                f"this needs data that the role {role} does not show", do="ask whoever keeps the roles file"
            ) from error

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def compare(
    now: Path, before: Path, name: str, *, viewer: Viewer | None = None, **parameters: object
) -> list[dict[str, Any]]:
    """The rows of a question about two generations: its tables are those of ``now``, ``before.<table>`` the other's.

    A generation built before a table existed makes it fail: raises ConfigurationError with what is missing. Two
    generations are compared whole: raises NotPermitted for a viewer who does not see everything.
    """
    if viewer is not None and not viewer.sees_everything:
        raise NotPermitted("two reports are compared whole, which this role does not see")
    question = _question(name)
    with duckdb.connect() as connection:
        for path, alias in ((now, "now"), (before, "before")):
            quoted = str(path).replace("'", "''")
            connection.execute(f"attach '{quoted}' as {alias} (read_only)")
        connection.execute("use now")
        connection.execute("set enable_external_access = false")
        try:
            cursor = connection.execute(question.sql, {key: parameters.get(key) for key in question.parameters} or None)
        except duckdb.CatalogException as error:
            raise ConfigurationError(f"{before.name} is too old to be compared with: {error}", where=name) from error
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def question_parameters(name: str) -> frozenset[str]:
    """The parameters that ``queries/ask/<name>.sql`` takes. Raises ConfigurationError when it is not there."""
    return frozenset(_question(name).parameters)


@dataclass(frozen=True)
class _Question:
    sql: str
    parameters: tuple[str, ...]


@lru_cache(maxsize=256)
def _question(name: str) -> _Question:
    path = query_folder() / "ask" / f"{name}.sql"
    if not path.is_file():
        raise ConfigurationError(f"there is no question {name}", where=path.name)
    sql = path.read_text(encoding="utf-8")
    (statement,) = duckdb.extract_statements(sql)
    return _Question(sql, tuple(sorted(statement.named_parameters)))


@lru_cache(maxsize=256)
def _tables(name: str) -> frozenset[str]:
    import sqlglot
    from sqlglot import exp
    from sqlglot.optimizer.scope import traverse_scope

    tree = sqlglot.parse_one(_question(name).sql, dialect="duckdb")
    sources = [source for scope in traverse_scope(tree) for source in scope.sources.values()]
    return frozenset(str(source.name) for source in sources if isinstance(source, exp.Table))
