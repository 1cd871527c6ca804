"""Canonical columns from source columns: which SQL expression over a file's columns gives each.

Owns the resolution of names (exact, then without regard to case), the check that a mapping is one scalar
expression over columns the file has, and what is left over (drift) or not delivered. Converts nothing. Called
by ``gapwatch.loaders.load``.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from gapwatch.config import Source
from gapwatch.errors import ConfigurationError
from gapwatch.feeds import FEEDS
from gapwatch.loaders.raw import Raw, SourceColumn, quoted_text

_FORBIDDEN = (
    exp.Query,
    exp.Subquery,
    exp.Table,
    exp.Star,
    exp.AggFunc,
    exp.Window,
    exp.Alias,
    exp.Placeholder,
    exp.Parameter,
    exp.DDL,
    exp.DML,
    exp.Command,
    exp.CurrentDate,
    exp.CurrentTime,
    exp.CurrentTimestamp,
    exp.CurrentUser,
    exp.CurrentDatetime,
    exp.SessionParameter,
    exp.Rand,
    exp.Uuid,
)
# They read the clock, chance, the session or the machine: the same file would not give the same rows.
_IMPURE = frozenset(
    {
        "now",
        "today",
        "localtime",
        "localtimestamp",
        "get_current_time",
        "get_current_timestamp",
        "current_localtime",
        "current_localtimestamp",
        "transaction_timestamp",
        "current_timestamp",
        "current_date",
        "current_time",
        "random",
        "setseed",
        "uuid",
        "gen_random_uuid",
        "uuidv4",
        "uuidv7",
        "nextval",
        "currval",
        "getenv",
        "getvariable",
        "current_setting",
        "current_database",
        "current_schema",
        "current_schemas",
        "current_user",
        "current_query",
        "session_user",
        "user",
        "version",
        "txid_current",
        "in_search_path",
        "read_text",
        "read_blob",
        "read_csv",
        "read_json",
        "read_parquet",
        "glob",
        "query",
        "query_table",
        "error",
    }
)


@dataclass(frozen=True)
class Mapped:
    """One canonical column of one file: the SQL over the raw relation and its DuckDB type. ``may_fail``: an
    expression that can raise on some value; the row is then rejected."""

    sql: str
    type: str
    may_fail: bool = False


_NEVER = Mapped("false", "BOOLEAN")


@dataclass(frozen=True)
class Mapping:
    """How one file becomes rows of its feed. A canonical column that is not in ``columns`` is not
    delivered.
    """

    columns: dict[str, Mapped]
    drift: tuple[SourceColumn, ...]
    missing_optional: tuple[str, ...]
    where: Mapped | None = None
    deletion: Mapped | None = None


def map_columns(raw: Raw, source: Source, *, optional: frozenset[str], given: frozenset[str], where: str) -> Mapping:
    """The mapping of ``source`` (a preset's already merged in) on the columns of one file.

    ``optional``: required columns that this source may leave out. ``given``: canonical columns whose mapping
    stands in the configuration itself (and ``where``, when it does); a preset's mapping of a column that the file
    lacks is merely not delivered. Raises ConfigurationError for a required column that is not there and for a
    mapping that is no scalar expression over it.
    """
    columns: dict[str, Mapped] = {}
    used: set[int] = set()
    deletion = _deletion(raw, source, used, where=where)
    if deletion is not None:  # a file of deleted rows may hold their keys alone
        identity = FEEDS[source.feed].identity
        optional |= {column.name for column in FEEDS[source.feed].columns if column.name not in identity}
    where_mapped = _where(raw, source, used, must_exist="where" in given, where=where)
    takes_none = where_mapped == _NEVER
    for column in FEEDS[source.feed].columns:
        wanted = source.columns.get(column.name)
        place = f"{where}, column {column.name}"
        if wanted is None:
            found = _find(raw, column.name, where=place)
            if found is not None:
                columns[column.name] = Mapped(found.sql, found.type)
                used.add(found.position)
                continue
        else:
            mapped = _expression(raw, wanted, where=place, must_exist=column.name in given)
            if mapped is not None:
                columns[column.name] = mapped[0]
                used.update(mapped[1])
                continue
        if column.required and column.name not in optional and raw.columns and not takes_none:
            raise ConfigurationError(
                f"feed {source.feed} needs {column.name}, which the file does not have",
                where=place,
                do=f"map it in [sources.columns]; the file's columns: {_names(raw)}",
            )
    return Mapping(
        columns,
        tuple(column for column in raw.columns if column.position not in used),
        tuple(column.name for column in FEEDS[source.feed].columns if column.name not in columns),
        where_mapped,
        deletion,
    )


def _deletion(raw: Raw, source: Source, used: set[int], *, where: str) -> Mapped | None:
    """The condition under which a row says that its key is deleted: ``deleted_when``, else a column is_deleted."""
    place = f"{where}, deleted_when"
    if source.deleted_when is None:
        found = _find(raw, "is_deleted", where=place)
        if found is None:
            return None
        used.add(found.position)
        return Mapped(found.sql, found.type)
    if not raw.columns:
        return None
    mapped = _expression(raw, source.deleted_when, where=place, must_exist=True)
    if mapped is None or mapped[0].type not in ("BOOLEAN", '"NULL"'):
        raise ConfigurationError(
            f"deleted_when is no condition: {source.deleted_when!r}",
            where=place,
            do="write a comparison, such as action = 'D'",
        )
    used.update(mapped[1])
    return mapped[0]


def scalar(raw: Raw, text: str, *, where: str) -> Mapped:
    """A column of the file, or a scalar expression over its columns. Raises ConfigurationError when it is neither."""
    found = _expression(raw, text, where=where, must_exist=True)
    if found is None:
        raise _unknown(raw, text, where)
    return found[0]


def _where(raw: Raw, source: Source, used: set[int], *, must_exist: bool, where: str) -> Mapped | None:
    """The condition on the rows to take; None when every row is."""
    if source.where is None or not raw.columns:
        return None
    place = f"{where}, where"
    found = _expression(raw, source.where, where=place, must_exist=must_exist)
    if found is None:
        if source.format == "json":  # where nobody has a value, JSON has no key: nobody meets the condition
            return _NEVER
        raise _unknown(raw, source.where, place)
    used.update(found[1])
    if found[0].type not in ("BOOLEAN", '"NULL"'):
        raise ConfigurationError(
            f"where is no condition: {source.where!r} gives {found[0].type}",
            where=place,
            do="write a comparison, such as status = 'passed'",
        )
    return found[0]


def _find(raw: Raw, name: str, *, where: str) -> SourceColumn | None:
    exact = [column for column in raw.columns if column.name == name]
    alike = exact or [column for column in raw.columns if column.name.lower() == name.lower()]
    if len(alike) > 1:
        raise ConfigurationError(
            f"the file has {len(alike)} columns {name} that differ in case alone",
            where=where,
            do=f"write one as it stands in the file: {', '.join(column.name for column in alike)}",
        )
    return alike[0] if alike else None


def _expression(raw: Raw, text: str, *, where: str, must_exist: bool) -> tuple[Mapped, set[int]] | None:
    """The mapped expression and the positions it uses. When they need not exist, an absent column is NULL, and an
    expression of which all are absent is None.
    """
    found = _find(raw, text, where=where)
    if found is not None:
        return Mapped(found.sql, found.type), {found.position}
    try:
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except SqlglotError as error:
        raise _unknown(raw, text, where) from error
    used: set[int] = set()
    if isinstance(tree, exp.Alias) and isinstance(tree.this, exp.Column):
        raise _unknown(raw, text, where)  # a column's name of two words, not quoted
    if _is_impure(tree):
        raise ConfigurationError(
            f"the mapping {text!r} is not a scalar expression over the file's columns",
            where=where,
            do="write a column, or an expression of columns, constants and scalar functions",
        )
    absent = 0
    for node in list(tree.find_all(exp.Column)):
        name = ".".join(part.name for part in node.parts)
        if node.find_ancestor(exp.Lambda) is not None and _find(raw, name, where=where) is None:
            continue  # the lambda's own variable; a name unknown to it as well fails when bound
        column = _find(raw, name, where=where)
        if column is None:
            if raw.columns and must_exist:
                raise _unknown(raw, name, where)
            absent += 1
        else:
            used.add(column.position)
        replacement: exp.Expr = exp.column(column.sql) if column else exp.cast(exp.null(), "varchar")
        if node is tree:
            tree = replacement
        else:
            node.replace(replacement)
    if absent and not used:
        return None
    sql = tree.sql(dialect="duckdb")
    return Mapped(sql, _type_of(raw, sql, text=text, where=where), may_fail=True), used


def _is_impure(tree: exp.Expr) -> bool:
    if not isinstance(tree, exp.Condition | exp.Func | exp.Binary | exp.Paren | exp.Case | exp.Cast):
        return True
    for node in tree.walk():
        if isinstance(node, _FORBIDDEN):
            return True
        if (
            isinstance(node, exp.Func)
            and (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower() in _IMPURE
        ):
            return True
    return False


def _type_of(raw: Raw, sql: str, *, text: str, where: str) -> str:
    """The expression's type, bound where neither files nor data can be reached."""
    columns = ", ".join(f"cast(null as {column.type}) as {column.sql}" for column in raw.columns) or "null as c0"
    with duckdb.connect(config={"enable_external_access": "false"}) as connection:
        try:
            described = connection.execute(f"describe select ({sql}) as mapped from (select {columns})").fetchone()
        except duckdb.Error as error:
            raise ConfigurationError(
                f"the mapping {text!r} does not work: {str(error).splitlines()[0]}",
                where=where,
                do="write a DuckDB scalar expression over the file's columns",
            ) from error
    return str(described[1]) if described else "VARCHAR"


def _unknown(raw: Raw, name: str, where: str) -> ConfigurationError:
    return ConfigurationError(
        f"the mapping names {name!r}, which the file does not have",
        where=where,
        do=f"name one of the file's columns: {_names(raw)}",
    )


def _names(raw: Raw) -> str:
    return ", ".join(column.name for column in raw.columns)


def value_map(text_sql: str, values: dict[str, str]) -> str:
    """The text with each of ``values`` replaced; what is not in it passes through. ``""`` maps no value."""
    if not values:
        return text_sql
    cases = " ".join(
        f"when {quoted_text(source.strip())} then {quoted_text(target.strip())}" for source, target in values.items()
    )
    return f"nullif(case coalesce({text_sql}, '') {cases} else {text_sql} end, '')"
