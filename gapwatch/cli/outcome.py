"""What load, build, check and run say at their end, and the exit code that follows from it."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gapwatch.checks import CheckResult
    from gapwatch.pipeline import Generation
    from gapwatch.warehouse.landing import LoadRecord


def now() -> dt.datetime:
    """The clock: read by commands, never by a model."""
    return dt.datetime.now(dt.UTC)


def release_command(record: LoadRecord, config: Path) -> str:
    """The command that lets that load in."""
    where = "" if config == Path("gapwatch.toml") else f" --config {shlex.quote(str(config))}"
    return f'gapwatch release {record.load_id}{where} --by "…" --reason "…"'


def say_loads(records: Sequence[LoadRecord], *, config: Path) -> int:
    """Sum up the loads on stdout, name those that were held on stderr, with the command that releases them; returns
    how many were held.
    """
    read = sum(record.rows_read for record in records)
    rejected = sum(record.rows_rejected for record in records)
    held = [record for record in records if record.status == "held"]
    unchanged = sum(record.status == "unchanged" for record in records)
    click.echo(
        f"{len(records)} loads: {read:,} rows read, {read - rejected:,} accepted, {rejected:,} rejected;"
        f" {unchanged} files unchanged, {len(held)} held"
    )
    for record in held:
        click.echo(f"held: {record.source} ({record.address}): {record.reason}", err=True)
    for record in {record.batch: record for record in reversed(held)}.values():
        click.echo(f"  to let {record.source} in all the same: {release_command(record, config)}", err=True)
    return len(held)


def say_generation(generation: Generation) -> int:
    """Sum up a generation on stdout and its failed checks on stderr; returns the number of open gaps."""
    from gapwatch.reads import Reader

    say_checks(generation.checks)
    with Reader(generation.path) as reader:
        figures = reader.ask("headline").iloc[0]
    click.echo(
        f"as of {generation.as_of:%Y-%m-%d %H:%M} UTC: {figures.open_gaps:,} open gaps on {figures.people_with_gap:,}"
        f" people, {figures.unsynced_events:,} unsynced HR events, {figures.open_stale_accounts:,} leavers with an"
        f" active account, {figures.orphans:,} orphan accounts (run {generation.run_id})"
    )
    if figures.requirements_not_evaluable:
        click.echo(
            f"not evaluable: {figures.requirements_not_evaluable:,} of {figures.requirements:,} worker-requirements"
        )
    if isinstance(figures.stopped, str):
        click.echo(f"what rests on these is not evaluable: {figures.stopped}", err=True)
    return int(figures.open_gaps)


def say_checks(checks: Sequence[CheckResult]) -> None:
    """Name the checks that did not pass on stderr, the gravest first."""
    order = {"blocking": 0, "critical": 1, "warning": 2}
    for result in sorted(checks, key=lambda one: (order.get(str(one.severity), 3), one.check_id)):
        if result.status != "pass":
            click.echo(f"{result.severity} {result.status}: {result.check_id}: {result.detail}", err=True)


def exit_code(*, held: int = 0, gaps: int = 0, fail_on_gaps: bool = False) -> int:
    """3 when a load was held, else 1 when gaps are open and that was asked for, else 0."""
    if held:
        return 3
    return 1 if fail_on_gaps and gaps else 0
