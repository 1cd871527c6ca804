"""The same gap question, side by side in one run: DuckDB, pandas, Polars, PostgreSQL.

``python -m gapwatch.bench.rivals --workers 200000``. The question: every stretch of required time up to as_of without
valid training, worker by requirement, from the requirement periods and credentials that the models have made. Each
engine has its data where it likes it best (DuckDB and PostgreSQL in tables, pandas and Polars in frames in memory);
the clock runs from there to a finished table or frame, and every answer must hold the same rows, to the second.

Owns the comparison; pandas, Polars and psycopg (the extra ``bench``) are imported only here and below.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import click
import duckdb

from gapwatch.bench import postgres
from gapwatch.bench.company import Progress, bench_sql, generate_company, measured_models
from gapwatch.bench.measure import bench_database
from gapwatch.bench.sweeps import KEYS, sweep_in_pandas, sweep_in_polars
from gapwatch.errors import GapwatchError
from gapwatch.modelling import build_models
from gapwatch.modelling.graph import select

RIVALS: Final = ("pandas", "polars", "postgres")
_ANSWERING: Final = "untrained_stretches"
_SOURCES: Final = ("required_intervals", "credential_intervals")
_SAME_ROWS: Final = ", ".join((*KEYS, "cast(opened_at as timestamp)", "cast(closed_at as timestamp)"))


@dataclass(frozen=True)
class Rival:
    """One engine's answer: rows, seconds (the median of several turns), rows that differ from DuckDB's (0)."""

    engine: str
    version: str
    rows: int
    seconds: float
    differing_rows: int


@dataclass(frozen=True)
class _Engine:
    """An engine with its data at hand: ``ask`` answers once, ``rows`` gives the last answer as a frame or table."""

    name: str
    version: str
    ask: Callable[[], object]
    rows: Callable[[], Any]


def compare(
    *,
    workers: int,
    engines: Iterable[str] = RIVALS,
    turns: int = 3,
    memory_limit: str = "8GB",
    progress: Progress | None = None,
) -> list[Rival]:
    """Put the question to DuckDB and to each engine, in turn; one row each, DuckDB first.

    The engines take turns, so that whatever else the machine does meets all of them. Raises ConfigurationError where
    PostgreSQL is asked for and is not installed or does not start.
    """
    say = progress or (lambda _: None)
    with (
        ExitStack() as until_done,
        bench_database(workers=workers, folder=None, memory_limit=memory_limit) as connection,
    ):
        generate_company(connection, workers=workers, progress=progress)
        models = measured_models()
        sources = set().union(*(select(models, f"+{name}") for name in _SOURCES))
        build_models(connection, models, only=sources, progress=progress)
        prepared = [_duckdb(connection)]
        for name in engines:
            prepared.append(_PREPARE[name](connection, until_done))
            say(f"{name} has its data")
        seconds: dict[str, list[float]] = {engine.name: [] for engine in prepared}
        for _ in range(turns):
            for engine in prepared:
                seconds[engine.name].append(_seconds(engine.ask))
                say(f"{engine.name}: {seconds[engine.name][-1]:.2f} s")
        return [_rival(connection, engine, statistics.median(seconds[engine.name])) for engine in prepared]


def _duckdb(connection: duckdb.DuckDBPyConnection) -> _Engine:
    models = measured_models()
    begun = set().union(*(select(models, f"{name}+") for name in _SOURCES))
    above = select(models, f"+{_ANSWERING}")
    answering = (above & begun) - set(_SOURCES)
    build_models(connection, models, only=above - begun)

    def ask() -> None:
        build_models(connection, models, only=answering)
        connection.execute(f"create or replace table answer as {bench_sql('question_answer')}")

    def rows() -> Any:
        return connection.sql("select * from answer").to_arrow_table()

    return _Engine("duckdb", duckdb.__version__, ask, rows)


def _pandas(connection: duckdb.DuckDBPyConnection, _: ExitStack) -> _Engine:
    import pandas as pd

    periods, credentials = (connection.execute(bench_sql(f"question_{half}")).df() for half in _HALVES)
    found: dict[str, Any] = {}
    return _Engine(
        "pandas",
        pd.__version__,
        lambda: found.update(rows=sweep_in_pandas(periods, credentials)),
        lambda: found["rows"],
    )


def _polars(connection: duckdb.DuckDBPyConnection, _: ExitStack) -> _Engine:
    import polars as pl

    periods, credentials = (
        pl.DataFrame(connection.sql(bench_sql(f"question_{half}")).to_arrow_table()) for half in _HALVES
    )
    found: dict[str, Any] = {}
    return _Engine(
        "polars",
        pl.__version__,
        lambda: found.update(rows=sweep_in_polars(periods, credentials)),
        lambda: found["rows"].to_arrow(),
    )


def _postgres(connection: duckdb.DuckDBPyConnection, until_done: ExitStack) -> _Engine:
    folder = Path(until_done.enter_context(tempfile.TemporaryDirectory(prefix="gapwatch-csv-")))
    server = until_done.enter_context(postgres.private_postgres())
    for half in _HALVES:
        csv = folder / f"{half}.csv"
        connection.execute(f"copy ({bench_sql(f'question_{half}')}) to '{csv}' (format csv, header false)")
        postgres.load(server, table=half, csv=csv)
        csv.unlink()
    types = dict.fromkeys(KEYS, "bigint") | {"opened_at": "timestamp", "closed_at": "timestamp"}

    def rows() -> Any:
        csv = folder / "answer.csv"
        postgres.save(server, csv)
        return connection.sql(f"select * from read_csv('{csv}', header = false, columns = {types})").to_arrow_table()

    return _Engine("postgres", postgres.version(server), lambda: postgres.answer(server), rows)


_HALVES: Final = ("periods", "credentials")
_PREPARE: Final[dict[str, Callable[[duckdb.DuckDBPyConnection, ExitStack], _Engine]]] = {
    "pandas": _pandas,
    "polars": _polars,
    "postgres": _postgres,
}


def differing_rows(connection: duckdb.DuckDBPyConnection, rows: Any) -> int:
    """How many rows are only in the table ``answer``, or only in ``rows`` (a frame or Arrow table)."""
    connection.register("theirs", rows)
    counted = connection.execute(
        f"with ours as (select {_SAME_ROWS} from answer), others as (select {_SAME_ROWS} from theirs)"
        " select (select count(*) from (select * from ours except all select * from others))"
        " + (select count(*) from (select * from others except all select * from ours))"
    ).fetchall()
    connection.unregister("theirs")
    return int(counted[0][0])


def _rival(connection: duckdb.DuckDBPyConnection, engine: _Engine, seconds: float) -> Rival:
    rows = engine.rows()
    return Rival(engine.name, engine.version, len(rows), seconds, differing_rows(connection, rows))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@click.command()
@click.option("--workers", type=click.IntRange(min=100), default=200_000, show_default=True)
@click.option("--without", multiple=True, type=click.Choice(RIVALS), help="Leave an engine out; may be repeated.")
@click.option("--turns", type=click.IntRange(min=1), default=3, show_default=True, help="The median of how many.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def main(workers: int, without: tuple[str, ...], turns: int, form: str) -> None:
    """Answer the same gap question in DuckDB, pandas, Polars and PostgreSQL, and compare rows and time."""
    try:
        answers = compare(
            workers=workers,
            engines=[name for name in RIVALS if name not in without],
            turns=turns,
            progress=_say,
        )
    except GapwatchError as error:
        click.echo(f"gapwatch: {error}", err=True)
        sys.exit(error.exit_code)
    except ImportError as error:
        click.echo(f"gapwatch: {error.name} is not installed\n  do:    pip install 'gapwatch[bench]'", err=True)
        sys.exit(2)
    if form == "json":
        click.echo(json.dumps([asdict(one) for one in answers]))
    else:
        click.echo("\n".join(_table(answers)))
    if any(one.differing_rows for one in answers):
        sys.exit(1)


def _say(line: str) -> None:
    click.echo(line, err=True)


def _table(answers: Sequence[Rival]) -> Iterator[str]:
    columns = ("engine", "version", "rows", "differing rows", "seconds", "times ours")
    yield "{:10} {:>10} {:>12} {:>14} {:>9} {:>10}".format(*columns)
    for one in answers:
        times = one.seconds / answers[0].seconds
        yield (
            f"{one.engine:10} {one.version:>10} {one.rows:>12,} {one.differing_rows:>14,}"
            f" {one.seconds:>9.2f} {times:>10.1f}"
        )


if __name__ == "__main__":
    main()
