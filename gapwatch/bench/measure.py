"""What a build of a given size takes: seconds by model, the floor below it, two reads, and memory.

Owns the clock and the order of the measurements. The company is ``gapwatch.bench.company``'s, the models and reads are
SQL. Called by ``gapwatch bench``.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import duckdb

from gapwatch.bench.company import Progress, bench_sql, count_rows, generate_company, measured_models
from gapwatch.errors import ConfigurationError
from gapwatch.modelling import Built, build_models

PAST_INSTANT: Final = "2023-06-15 12:00:00"  # any instant well inside the ten years
STORY: Final = ("role_states", "hr_events", "timeline_segments", "gaps", "event_responses")
_TURNS: Final = 5
_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Measured:
    """One run of the bench. Times in seconds of the wall clock, reads in milliseconds, memory in MB (2**20 bytes).

    ``models``: name -> rows and seconds, in the order built. ``floor_seconds``: DuckDB orders the ``floor_rows``
    boundaries once; ``ratio`` is the build over it, and ``cpu_ratio`` the same in processor time, which a busy machine
    distorts less. ``as_of_ms``: every state at one past instant, counted by site and
    requirement; ``person_ms``: one worker's roles, events, timeline, gaps and responses; both medians of five.
    ``peak_rss_mb``: the most the whole process held, generating included.
    """

    workers: int
    models: dict[str, dict[str, float]]
    build_seconds: float
    floor_seconds: float
    floor_rows: int
    ratio: float
    build_cpu_seconds: float
    floor_cpu_seconds: float
    cpu_ratio: float
    as_of_ms: float
    person_ms: float
    peak_rss_mb: float
    generate_seconds: float
    threads: int
    memory_limit: str
    duckdb_version: str

    def as_dict(self) -> dict[str, object]:
        """The same, for JSON."""
        return asdict(self)


@contextmanager
def bench_database(*, workers: int, folder: Path | None, memory_limit: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a new database file ``bench-<workers>.duckdb``, kept only when a folder is named.

    An earlier file of that name is replaced. What does not fit in ``memory_limit`` spills to a folder that goes with
    the connection. Raises ConfigurationError where the folder cannot be written or the limit is no size.
    """
    with tempfile.TemporaryDirectory(prefix="gapwatch-bench-") as passing:
        home = folder or Path(passing)
        path = home / f"bench-{workers}.duckdb"
        try:
            home.mkdir(parents=True, exist_ok=True)
            for earlier in (path, path.with_name(path.name + ".wal")):
                earlier.unlink(missing_ok=True)
            connection = duckdb.connect(
                str(path), config={"temp_directory": str(Path(passing) / "spill"), "memory_limit": memory_limit}
            )
        except (OSError, duckdb.Error) as error:
            raise ConfigurationError(
                f"the bench has no database to work in: {error}",
                where=str(home),
                do="name a --folder that can be written, and a --memory-limit such as 10GB",
            ) from error
        with connection:
            yield connection


def run_bench(
    *,
    workers: int,
    folder: Path | None = None,
    memory_limit: str = "10GB",
    progress: Progress | None = None,
) -> Measured:
    """Generate a company of that many workers, build every model of it, and measure. Raises ModelError."""
    say = progress or (lambda _: None)
    with bench_database(workers=workers, folder=folder, memory_limit=memory_limit) as connection:
        generate_seconds, _ = _timed(lambda: generate_company(connection, workers=workers, progress=progress))
        say(f"generated in {generate_seconds:.1f} s")
        generated_cpu = _cpu_seconds()
        build_seconds, built = _timed(lambda: build_models(connection, measured_models(), progress=progress))
        built_cpu = _cpu_seconds()
        floor_seconds, floor_rows = measure_floor(connection)
        floor_cpu = _cpu_seconds() - built_cpu
        build_cpu = built_cpu - generated_cpu
        say(f"floor: {floor_rows:,} boundaries ordered in {floor_seconds:.1f} s")
        return Measured(
            workers=workers,
            models=_by_name(built),
            build_seconds=build_seconds,
            floor_seconds=floor_seconds,
            floor_rows=floor_rows,
            ratio=build_seconds / floor_seconds,
            build_cpu_seconds=build_cpu,
            floor_cpu_seconds=floor_cpu,
            cpu_ratio=build_cpu / floor_cpu,
            as_of_ms=_as_of_ms(connection),
            person_ms=_person_ms(connection),
            peak_rss_mb=_peak_rss_mb(),
            generate_seconds=generate_seconds,
            threads=int(_setting(connection, "threads")),
            memory_limit=memory_limit,
            duckdb_version=duckdb.__version__,
        )


def measure_floor(connection: duckdb.DuckDBPyConnection) -> tuple[float, int]:
    """Seconds to order every boundary once, into a table of the database as models are, and how many there are."""
    # Order is the work: without it DuckDB would drop the sort.
    connection.execute("set preserve_insertion_order = true")
    seconds, _ = _timed(lambda: connection.execute(f"create or replace table floor as {bench_sql('floor')}"))
    rows = count_rows(connection, "floor")
    connection.execute("drop table floor")
    connection.execute("set preserve_insertion_order = false")
    return seconds, rows


def _as_of_ms(connection: duckdb.DuckDBPyConnection) -> float:
    statement = bench_sql("ask_states_on")

    def ask() -> object:
        return connection.execute(statement, {"at": PAST_INSTANT}).fetchall()

    ask()
    return statistics.median(_timed(ask)[0] * 1000 for _ in range(_TURNS))


def _person_ms(connection: duckdb.DuckDBPyConnection) -> float:
    lookup = bench_sql("person_key")
    statements = [bench_sql(f"person_{part}") for part in STORY]
    # Spread over the company, so that none is in the same block as another.
    someone = connection.execute(
        "select worker_id from gaps group by worker_id order by md5(worker_id) limit ?", [_TURNS + 1]
    ).fetchall()

    def tell(worker_id: str) -> object:
        found = connection.execute(lookup, {"worker": worker_id}).fetchall()
        return [connection.execute(text, {"worker": found[0][0]}).fetchall() for text in statements]

    times = [_timed(partial(tell, row[0]))[0] * 1000 for row in someone]
    return statistics.median(times[1:])


def _by_name(built: list[Built]) -> dict[str, dict[str, float]]:
    return {one.model: {"rows": one.rows, "seconds": one.seconds} for one in built}


def _timed(work: Callable[[], _Answer]) -> tuple[float, _Answer]:
    started = time.perf_counter()
    answer = work()
    return time.perf_counter() - started, answer


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak_rss_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def _setting(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    row = connection.execute("select current_setting(?)", [name]).fetchone()
    return str(row[0]) if row else ""
