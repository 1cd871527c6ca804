"""How fast a big file is loaded: LMS completions as canonical CSV into the landing zone, beside the engine's own copy.

Owns the file, the clock and the order of the measurements: the floor (DuckDB turns the same CSV into Parquet, types
found by itself), the load, the floor again. Run with ``python -m gapwatch.bench.loading --rows 10000000``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from gapwatch.config import Settings, Source, Warehouse
from gapwatch.loaders import load_source

_LOADED_AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
# Two quoted fields in a hundred rows; seven columns are always filled, three often, two rarely.
_COMPLETIONS = """
    select
        'C' || lpad(cast(number as varchar), 9, '0') as completion_id,
        'A' || lpad(cast(hash(number) % 400000 as varchar), 7, '0') as account_id,
        'CRS-' || lpad(cast(hash(number * 7) % 300 as varchar), 4, '0') as course_id,
        strftime(completed_at, '%Y-%m-%dT%H:%M:%SZ') as completed_at,
        case when number % 17 = 0 then 'failed' else 'passed' end as result,
        cast(60 + hash(number * 5) % 41 as varchar) as score,
        case when number % 5 = 0 then strftime(completed_at + interval 730 day, '%Y-%m-%d') end as expires_at,
        strftime(completed_at + interval 1 hour, '%Y-%m-%dT%H:%M:%SZ') as recorded_at,
        'SITE' || lpad(cast(hash(number * 13) % 60 as varchar), 2, '0') as site,
        cast(1 + hash(number * 17) % 4 as varchar) as course_version,
        case when number % 3 = 0 then 'E' || cast(hash(number * 19) % 5000 as varchar) end as evaluator,
        case when number % 50 = 0 then 'observed, on site' when number % 3 = 0 then 'quiz' end as verification_method
    from (
        select
            range as number,
            timestamp '2015-01-01' + to_seconds(cast(hash(range * 3) % 330000000 as bigint)) as completed_at
        from range($rows)
    )
"""


@dataclass(frozen=True)
class Loading:
    """One run. Times in seconds of the wall clock, ``cpu`` in processor time, memory and sizes in MB (2**20 bytes).

    ``floor``: the faster of the engine's two copies. ``peak_rss_mb``: the most the whole process held, the making of
    the file included.
    """

    rows: int
    file_mb: float
    floor_seconds: float
    floor_cpu_seconds: float
    load_seconds: float
    load_cpu_seconds: float
    ratio: float
    cpu_ratio: float
    peak_rss_mb: float
    threads: int
    duckdb_version: str


@dataclass(frozen=True)
class _Spent:
    seconds: float
    cpu: float


def measure_loading(*, rows: int, folder: Path) -> Loading:
    """Write a file of that many rows into ``folder``, load it, and copy it with the engine alone."""
    file = folder / "completions.csv"
    with duckdb.connect() as connection:
        threads = connection.execute("select cast(current_setting('threads') as integer)").fetchone()
        connection.execute(f"copy ({_COMPLETIONS}) to '{file}' (header true)", {"rows": rows})
    floors = [_timed(lambda: _copy(file))]
    load = _timed(lambda: _load(file, rows=rows))
    floors.append(_timed(lambda: _copy(file)))
    floor = min(floors, key=lambda spent: spent.seconds)
    floor_cpu = min(spent.cpu for spent in floors)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Loading(
        rows=rows,
        file_mb=file.stat().st_size / 2**20,
        floor_seconds=floor.seconds,
        floor_cpu_seconds=floor_cpu,
        load_seconds=load.seconds,
        load_cpu_seconds=load.cpu,
        ratio=load.seconds / floor.seconds,
        cpu_ratio=load.cpu / floor_cpu,
        peak_rss_mb=peak / 2**20 if sys.platform == "darwin" else peak / 2**10,
        threads=int(threads[0]) if threads else 0,
        duckdb_version=duckdb.__version__,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m gapwatch.bench.loading", description=measure_loading.__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.add_argument("--folder", type=Path, help="where to work: needs about 250 bytes a row (default: temporary)")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="gapwatch-loading-", dir=given.folder) as folder:
        measured = measure_loading(rows=given.rows, folder=Path(folder))
    if given.format == "json":
        sys.stdout.write(json.dumps(asdict(measured)) + "\n")
        return 0
    for name, value in (
        ("rows", f"{measured.rows:,} ({measured.file_mb:,.0f} MB)"),
        ("loaded in", f"{measured.load_seconds:.1f} s ({measured.load_cpu_seconds:.1f} cpu)"),
        (
            "floor: the engine's CSV to Parquet",
            f"{measured.floor_seconds:.1f} s ({measured.floor_cpu_seconds:.1f} cpu)",
        ),
        ("load to floor", f"{measured.ratio:.2f}"),
        ("load to floor, in processor time", f"{measured.cpu_ratio:.2f}"),
        ("peak memory", f"{measured.peak_rss_mb:,.0f} MB"),
        ("engine", f"DuckDB {measured.duckdb_version}, {measured.threads} threads"),
    ):
        sys.stdout.write(f"{name:<36}{value}\n")
    return 0


def _load(file: Path, *, rows: int) -> None:
    settings = Settings(folder=file.parent, warehouse=Warehouse(path=file.parent / "warehouse"))
    source = Source(name="lms", feed="lms_completions", path=file.name)
    (record,) = load_source(settings, source, loaded_at=_LOADED_AT)
    if (record.rows_read, record.rows_accepted) != (rows, rows):
        raise RuntimeError(f"{record.rows_accepted:,} of {rows:,} rows were accepted")


def _copy(file: Path) -> None:
    target = file.with_suffix(".parquet")
    with duckdb.connect() as connection:
        connection.execute(f"copy (from read_csv('{file}')) to '{target}' (format parquet)")
    target.unlink()


def _timed(work: Callable[[], None]) -> _Spent:
    seconds, cpu = time.perf_counter(), _cpu_seconds()
    work()
    return _Spent(time.perf_counter() - seconds, _cpu_seconds() - cpu)


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
