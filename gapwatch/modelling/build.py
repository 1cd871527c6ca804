"""Builds the models of one generation, in order, on an open DuckDB connection that holds their inputs.

Owns running model SQL, some models side by side where none reads another, and recording what was built
(``models``, ``model_columns``). Decides no rule and knows no files; the pipeline gives it the inputs and takes the
result.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from graphlib import TopologicalSorter

import duckdb

from gapwatch.errors import ModelError
from gapwatch.modelling.graph import build_order, inputs
from gapwatch.modelling.model import Model
from gapwatch.warehouse.rows import insert_rows

_WORTH_SAYING = 1.0  # seconds
_LANES = 2  # quicker than one, on two cores as quick as three or four, and with less memory


@dataclass(frozen=True)
class Built:
    """One model that was built: rows it has, seconds it took."""

    model: str
    rows: int
    seconds: float


def build_models(
    connection: duckdb.DuckDBPyConnection,
    models: Mapping[str, Model],
    *,
    only: Collection[str] | None = None,
    progress: Callable[[str], None] | None = None,
    worth_saying: float = _WORTH_SAYING,
) -> list[Built]:
    """Create a table for each model (or for those in ``only``), after all it reads.

    ``progress`` hears of models that took ``worth_saying`` seconds or more, and of the whole at the end.
    Raises ModelError with the model, its file and the engine's message when SQL fails or an input is missing.
    """
    present = {row[0] for row in connection.execute("select table_name from information_schema.tables").fetchall()}
    absent = inputs(models) - present
    if absent:
        raise ModelError(f"inputs of the models are missing: {', '.join(sorted(absent))}")
    started = time.perf_counter()
    built: list[Built] = []
    wanted = [model for model in build_order(models) if only is None or model.name in only]
    for done in _build_side_by_side(connection, wanted):
        built.append(done)
        if progress and done.seconds >= worth_saying:
            progress(f"{done.model}: {done.rows:,} rows in {done.seconds:.2f} s")
    record_models(connection, models, built)
    if progress:
        progress(f"{len(built)} models built in {time.perf_counter() - started:.1f} s")
    return built


def _build_side_by_side(connection: duckdb.DuckDBPyConnection, models: list[Model]) -> Iterator[Built]:
    """Build them, each after all it reads, on that connection and others beside it: while one model writes what it has
    sorted, on one core, another uses the rest of the machine. What reads the connection's own temporary tables or views
    is built on it.
    """
    names = {model.name for model in models}
    waiting: TopologicalSorter[str] = TopologicalSorter({model.name: model.reads & names for model in models})
    waiting.prepare()
    private = {
        row[0]
        for row in connection.execute(
            "select view_name from duckdb_views() where temporary"
            " union all select table_name from duckdb_tables() where temporary"
        ).fetchall()
    }
    with ExitStack() as open_lanes:
        lanes = [connection, *(open_lanes.enter_context(connection.cursor()) for _ in range(_LANES - 1))]
        for lane in lanes[1:]:
            lane.execute(f"set timezone = '{_setting(connection, 'timezone')}'")
        threads = open_lanes.enter_context(ThreadPoolExecutor(max_workers=_LANES))
        free = list(lanes)
        ready: list[Model] = []
        running: dict[Future[Built], tuple[Model, duckdb.DuckDBPyConnection]] = {}
        while waiting.is_active():
            newly = set(waiting.get_ready())
            ready += [model for model in models if model.name in newly]
            for own in list(free):
                model = next((one for one in ready if own is connection or not one.reads & private), None)
                if model is not None:
                    ready.remove(model)
                    free.remove(own)
                    running[threads.submit(_build, own, model)] = (model, own)
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                model, own = running.pop(future)
                free.append(own)
                free.sort(key=lambda one: one is connection)  # the first can build any: keep it free
                yield future.result()
                waiting.done(model.name)


def _setting(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    row = connection.execute("select current_setting(?)", [name]).fetchone()
    return str(row[0]) if row else ""


def _build(connection: duckdb.DuckDBPyConnection, model: Model) -> Built:
    started = time.perf_counter()
    try:
        form = "view" if model.is_view else "table"
        counted = connection.execute(f'create or replace {form} "{model.name}" as {model.sql}').fetchall()
        if model.is_view:
            counted = connection.execute(f'select count(*) from "{model.widens or model.name}"').fetchall()
    except duckdb.Error as error:
        raise ModelError(
            f"model {model.name} failed: {error}",
            where=f"queries/{model.folder}/{model.name}.sql",
            do="mend the SQL, or report it with this message",
        ) from error
    return Built(model.name, int(counted[0][0]), time.perf_counter() - started)


def record_models(connection: duckdb.DuckDBPyConnection, models: Mapping[str, Model], built: Collection[Built]) -> None:
    """Write ``models`` (one row per model) and ``model_columns`` (one row per column of a model)."""
    figures = {one.model: one for one in built}
    connection.execute(
        "create table if not exists models (model varchar primary key, folder varchar, sql varchar, sql_sha256 varchar,"
        " grain varchar, key varchar, answers varchar, not_for varchar, rows bigint, seconds double)"
    )
    insert_rows(
        connection,
        "models",
        [
            (
                model.name,
                model.folder,
                model.sql,
                model.sha256,
                model.grain,
                ", ".join(model.key),
                model.answers,
                model.not_for,
                figures[model.name].rows,
                figures[model.name].seconds,
            )
            for model in models.values()
            if model.name in figures
        ],
        replacing=True,
    )
    connection.execute(
        "create or replace table model_columns as"
        " select table_name as model, column_name, data_type, ordinal_position as position"
        " from information_schema.columns"
        " where table_schema = 'main' and table_name in (select model from models)"
    )
