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
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import click
import duckdb

from gapwatch.bench import postgres
from gapwatch.bench.company import Progress, bench_sql, count_rows, generate_company, measured_models
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


def compare(
    *,
    workers: int,
    engines: Iterable[str] = RIVALS,
    turns: int = 3,
    memory_limit: str = "8GB",
    progress: Progress | None = None,
) -> list[Rival]:
    """Put the question to DuckDB, then to each engine; one row each, DuckDB first.

    Raises ConfigurationError where PostgreSQL is asked for and is not installed or does not start.
    """
    say = progress or (lambda _: None)
    engines = list(engines)
    with bench_database(workers=workers, folder=None, memory_limit=memory_limit) as connection:
        generate_company(connection, workers=workers, progress=progress)
        models = measured_models()
        sources = set().union(*(select(models, f"+{name}") for name in _SOURCES))
        build_models(connection, models, only=sources, progress=progress)
        answers = [_duckdb(connection, turns=turns)]
        say(f"duckdb: {answers[0].seconds:.2f} s")
        for engine in engines:
            answers.append(_ASK[engine](connection, turns))
            say(f"{engine}: {answers[-1].seconds:.2f} s")
    return answers


def _duckdb(connection: duckdb.DuckDBPyConnection, *, turns: int) -> Rival:
    models = measured_models()
    begun = set().union(*(select(models, f"{name}+") for name in _SOURCES))
    answering = (select(models, f"+{_ANSWERING}") & begun) - set(_SOURCES)
    needed = (select(models, f"+{_ANSWERING}") - begun) | answering
    build_models(connection, models, only=needed - answering)

    def ask() -> None:
        build_models(connection, models, only=answering)
        connection.execute(f"create or replace table answer as {bench_sql('question_answer')}")

    seconds = _median(ask, turns)
    return Rival("duckdb", duckdb.__version__, count_rows(connection, "answer"), seconds, 0)


def _pandas(connection: duckdb.DuckDBPyConnection, turns: int) -> Rival:
    import pandas as pd

    periods, credentials = (connection.execute(bench_sql(f"question_{half}")).df() for half in _HALVES)
    found: list[pd.DataFrame] = []
    seconds = _median(lambda: found.append(sweep_in_pandas(periods, credentials)), turns)
    return _rival(connection, "pandas", pd.__version__, seconds, found[-1])


def _polars(connection: duckdb.DuckDBPyConnection, turns: int) -> Rival:
    import polars as pl

    periods, credentials = (
        pl.DataFrame(connection.sql(bench_sql(f"question_{half}")).to_arrow_table()) for half in _HALVES
    )
    found: list[pl.DataFrame] = []
    seconds = _median(lambda: found.append(sweep_in_polars(periods, credentials)), turns)
    return _rival(connection, "polars", pl.__version__, seconds, found[-1].to_arrow())


def _postgres(connection: duckdb.DuckDBPyConnection, turns: int) -> Rival:
    with tempfile.TemporaryDirectory(prefix="gapwatch-csv-") as folder, postgres.private_postgres() as server:
        for half in _HALVES:
            csv = Path(folder) / f"{half}.csv"
            connection.execute(f"copy ({bench_sql(f'question_{half}')}) to '{csv}' (format csv, header false)")
            postgres.load(server, table=half, csv=csv)
        seconds = statistics.median(postgres.answer(server) for _ in range(turns))
        csv = Path(folder) / "answer.csv"
        postgres.save(server, csv)
        names = ", ".join(
            f"'{name}': '{'bigint' if name in KEYS else 'timestamp'}'" for name in (*KEYS, "opened_at", "closed_at")
        )
        rows = connection.sql(
            f"select * from read_csv('{csv}', header = false, columns = {{{names}}})"
        ).to_arrow_table()
        return _rival(connection, "postgres", postgres.version(server), seconds, rows)


_HALVES: Final = ("periods", "credentials")
_ASK: Final[dict[str, Callable[[duckdb.DuckDBPyConnection, int], Rival]]] = {
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


def _rival(connection: duckdb.DuckDBPyConnection, engine: str, version: str, seconds: float, rows: Any) -> Rival:
    return Rival(engine, version, len(rows), seconds, differing_rows(connection, rows))


def _median(work: Callable[[], object], turns: int) -> float:
    times = []
    for _ in range(turns):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


@click.command()
@click.option("--workers", type=click.IntRange(min=100), default=200_000, show_default=True)
@click.option("--without", multiple=True, type=click.Choice(RIVALS), help="Leave an engine out; may be repeated.")
@click.option("--turns", type=click.IntRange(min=1), default=3, show_default=True, help="The median of how many.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def main(workers: int, without: tuple[str, ...], turns: int, form: str) -> None:
    """Answer the same gap question in DuckDB, pandas, Polars and PostgreSQL, and compare rows and time."""
    from gapwatch.cli.console import report, show_rows

    try:
        answers = compare(
            workers=workers,
            engines=[name for name in RIVALS if name not in without],
            turns=turns,
            progress=report,
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
        show_rows(
            ["engine", "version", "rows", "differing rows", "seconds", "times ours"],
            [
                (
                    one.engine,
                    one.version,
                    one.rows,
                    one.differing_rows,
                    round(one.seconds, 2),
                    round(one.seconds / answers[0].seconds, 1),
                )
                for one in answers
            ],
            form="table",
        )
    if any(one.differing_rows for one in answers):
        sys.exit(1)


if __name__ == "__main__":
    main()
