"""A trial build: some models built anew in a copy of the published generation, and what that changed.

For whoever changes a model. Owns the copy, which lies apart from the generations under ``trials/`` and can never be
published: half of its tables are of another build. Called by the command line.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from gapwatch.errors import ConfigurationError
from gapwatch.inputs import create_landed
from gapwatch.modelling import Model, all_models, build_models, models_after_checks
from gapwatch.modelling.graph import near_names, readers, select
from gapwatch.warehouse.generations import generation_path
from gapwatch.warehouse.landing import LoadRecord, read_manifests

_DOUBLE_DIGITS = 8  # sums of doubles end in other digits when rows come in another order; a second needs seven at most


@dataclass(frozen=True)
class Change:
    """One model before and after. ``rows_gone`` and ``rows_new`` compare whole rows in the columns both have; before is
    None for a model that the published generation does not have."""

    model: str
    rows_before: int | None
    rows_after: int
    rows_gone: int
    rows_new: int
    columns_gone: tuple[str, ...]
    columns_new: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Trial:
    """What a trial build made, and what it left as it was published."""

    path: Path
    run_id: str  # of the published generation
    changes: tuple[Change, ...]
    stale_readers: tuple[str, ...]  # they read a model built anew and were not built
    changed_elsewhere: tuple[str, ...]  # their SQL is no longer that of the published generation; they were not built


def try_models(warehouse: Path, *, wanted: str, progress: Callable[[str], None] | None = None) -> Trial:
    """Build the models that ``wanted`` means (MODEL, MODEL+ with all that read it, +MODEL with all it reads) in a copy
    of the published generation; everything else in it stays as published, as-of and known-at too.

    Raises ConfigurationError for a model that is not there, NothingPublished without a generation, and ModelError.
    """
    models = all_models() | models_after_checks()
    chosen = select(models, wanted)
    published = generation_path(warehouse)
    folder = warehouse / "trials"
    folder.mkdir(exist_ok=True)
    unfinished = folder / f".{os.getpid()}.building"
    try:
        shutil.copyfile(published, unfinished)
        with duckdb.connect(str(unfinished), config={"temp_directory": f"{unfinished}.spill"}) as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute("set preserve_insertion_order = false")
            changed = _changed_models(connection, models)
            _check_inputs(connection, models, chosen)
            create_landed(connection, warehouse, _records_of(connection, warehouse))
            _drop(connection, chosen)
            built = build_models(connection, models, only=chosen, progress=progress, worth_saying=0)
            connection.execute(f"attach '{str(published).replace(chr(39), chr(39) * 2)}' as published (read_only)")
            seconds = {one.model: one.seconds for one in built}
            changes = tuple(_change(connection, one.model, seconds[one.model]) for one in built)
            connection.execute("detach published")
        path = folder / f"{wanted.strip('+')}.duckdb"
        unfinished.replace(path)
    finally:
        for left in (unfinished, unfinished.with_name(unfinished.name + ".wal")):
            left.unlink(missing_ok=True)
    return Trial(
        path=path,
        run_id=published.stem,
        changes=changes,
        stale_readers=tuple(sorted({one.name for name in chosen for one in readers(models, name)} - chosen)),
        changed_elsewhere=tuple(sorted(changed - chosen)),
    )


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Name to ``table`` or ``view``, of the copy alone."""
    rows = connection.execute(
        "select table_name, if(table_type = 'VIEW', 'view', 'table') from information_schema.tables"
        " where table_catalog = current_database() and table_schema = 'main'"
    ).fetchall()
    return dict(rows)


def _records_of(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> list[LoadRecord]:
    # What was loaded since the generation was built is none of its inputs.
    known = {str(row[0]) for row in connection.execute("select load_id from loads").fetchall()}
    return [record for record in read_manifests(warehouse) if record.load_id in known]


def _changed_models(connection: duckdb.DuckDBPyConnection, models: Mapping[str, Model]) -> set[str]:
    built = dict(connection.execute("select model, sql_sha256 from models").fetchall())
    return {name for name, model in models.items() if built.get(name) != model.sha256}


def _check_inputs(connection: duckdb.DuckDBPyConnection, models: Mapping[str, Model], chosen: Collection[str]) -> None:
    there = _tables(connection).keys() | set(chosen)
    for name in sorted(chosen):
        for absent in sorted(one for one in models[name].reads - there if not one.startswith("landed_")):
            raise ConfigurationError(
                f"{name} reads {absent}, which the published generation does not have",
                where=f"queries/{models[name].folder}/{name}.sql",
                do=f"build it too: --only {absent}+" if absent in models else near_names(absent, there),
            )


def _drop(connection: duckdb.DuckDBPyConnection, names: set[str]) -> None:
    # A model may have become a view, or a table, since it was published.
    for name, form in _tables(connection).items():
        if name in names:
            connection.execute(f'drop {form} "{name}"')


def _change(connection: duckdb.DuckDBPyConnection, model: str, seconds: float) -> Change:
    after = _columns(connection, f'"{model}"')
    try:
        before = _columns(connection, f'published.main."{model}"')
    except duckdb.CatalogException:
        before = {}
    shared = [name for name in after if name in before]
    return Change(
        model=model,
        rows_before=_count(connection, f'select * from published.main."{model}"') if before else None,
        rows_after=_count(connection, f'select * from "{model}"'),
        rows_gone=_count(connection, _surplus(model, before, after, shared, of="published")) if shared else 0,
        rows_new=_count(connection, _surplus(model, before, after, shared, of="trial")) if shared else 0,
        columns_gone=tuple(name for name in before if name not in after),
        columns_new=tuple(name for name in after if name not in before),
        seconds=seconds,
    )


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    return {str(row[0]): str(row[1]) for row in connection.execute(f"describe {table}").fetchall()}


def _surplus(model: str, before: Mapping[str, str], after: Mapping[str, str], shared: list[str], *, of: str) -> str:
    columns = ", ".join(
        f'round("{name}", {_DOUBLE_DIGITS})' if "DOUBLE" in (before[name], after[name]) else f'"{name}"'
        for name in shared
    )
    halves = [f'select {columns} from published.main."{model}"', f'select {columns} from "{model}"']
    one, other = halves if of == "published" else reversed(halves)
    return f"{one} except all {other}"


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(f"select count(*) from ({query})").fetchone()
    return int(row[0]) if row else 0
