"""``gapwatch watch``: build and check on a schedule, and say once what is wrong."""

from __future__ import annotations

import datetime as dt
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gapwatch.cli.options import config_option, settings_of
from gapwatch.errors import ConfigurationError, GapwatchError, WarehouseBusy

if TYPE_CHECKING:
    from gapwatch.config import Settings

_UNITS = {"s": 1, "m": 60, "h": 3600}


@click.command()
@config_option
@click.option("--every", default="15m", show_default=True, help="How often: 30s, 15m, 2h.")
@click.option("--once", is_flag=True, help="Look once and end.")
@click.option("--load", "loading", is_flag=True, help="Load the sources first, each time.")
def watch(config: Path, every: str, once: bool, loading: bool) -> int:
    """Publish the report of this moment, and alert the owners of what is wrong: once, and again when it is over.

    Exit 3 with --once when an alert could not be delivered.
    """
    seconds = _seconds(every)
    settings = settings_of(config)
    while True:
        failed = _look(settings, loading=loading)
        if once:
            return 3 if failed else 0
        time.sleep(seconds)


def _look(settings: Settings, *, loading: bool) -> int:
    """One round; how many alerts could not be delivered."""
    from gapwatch.cli.console import report
    from gapwatch.pipeline import build, run
    from gapwatch.reads import Reader
    from gapwatch.watch import alert, incidents_of, unbuilt

    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    try:
        generation = run(settings, loaded_at=now, as_of=now)[1] if loading else build(settings, as_of=now)
        with Reader(generation.path) as reader:
            present = incidents_of(reader, settings, since=now)
    except WarehouseBusy:
        report("another command holds the warehouse; it is looked at the next time")
        return 0
    except ConfigurationError:
        raise
    except GapwatchError as error:
        present = [unbuilt(error.what, since=now)]
    results = alert(settings, present, at=now)
    click.echo(f"{now:%Y-%m-%d %H:%M} UTC: {len(present)} things wrong, {len(results)} alerts")
    for one in present:
        click.echo(f"  {one.owner or 'nobody named'}: {one.text}")
    failed = [result for result in results if result.reason]
    for result in failed:
        click.echo(f"an alert by {result.channel} was not taken: {result.reason}; it is tried again", err=True)
    return len(failed)


def _seconds(every: str) -> int:
    found = re.fullmatch(r"(\d+)([smh])", every.strip())
    if not found or int(found[1]) == 0:
        raise ConfigurationError(f"{every!r} is no interval", where="--every", do="write 30s, 15m or 2h")
    return int(found[1]) * _UNITS[found[2]]
