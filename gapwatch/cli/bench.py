"""``gapwatch bench``: how long a company of a given size takes on this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gapwatch.bench.measure import Measured


@click.command()
@click.option(
    "--workers", type=click.IntRange(100, 10_000_000), required=True, help="How many workers the company has."
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the database there. Default: a temporary folder.",
)
@click.option(
    "--memory-limit",
    default="10GB",
    show_default=True,
    help="What the engine may hold in memory; the rest spills to disk.",
)
def bench(workers: int, form: str, folder: Path | None, memory_limit: str) -> int:
    """Generate a company with ten years of history, build every model of it, and say how long that takes.

    A million workers have about 3 million role rows, 30 million completions and 24 million assignments, and need 12 GB
    of disk. The floor is what no sweep can do without: the engine orders the same boundaries once.
    """
    from gapwatch.bench.measure import run_bench
    from gapwatch.cli.console import report, show_rows

    measured = run_bench(workers=workers, folder=folder, memory_limit=memory_limit, progress=report)
    if form == "json":
        click.echo(json.dumps(measured.as_dict()))
    else:
        slowest = sorted(measured.models.items(), key=lambda item: -item[1]["seconds"])
        show_rows(
            ["model", "rows", "seconds"],
            [(name, figures["rows"], round(figures["seconds"], 2)) for name, figures in slowest],
            form="table",
        )
        click.echo()
        show_rows(["measure", "value"], _summary(measured), form="table")
    return 0


def _summary(measured: Measured) -> list[tuple[str, str]]:
    return [
        ("workers", f"{measured.workers:,}"),
        ("generated in", f"{measured.generate_seconds:.1f} s"),
        ("models built in", f"{measured.build_seconds:.1f} s"),
        (f"floor ({measured.floor_rows:,} boundaries ordered)", f"{measured.floor_seconds:.1f} s"),
        ("build to floor", f"{measured.ratio:.1f}"),
        ("build to floor, in processor time", f"{measured.cpu_ratio:.1f}"),
        ("all states on one day, by site and requirement", f"{measured.as_of_ms:.0f} ms"),
        ("one worker's whole story", f"{measured.person_ms:.0f} ms"),
        ("peak memory", f"{measured.peak_rss_mb:,.0f} MB"),
        ("engine", f"DuckDB {measured.duckdb_version}, {measured.threads} threads"),
    ]
