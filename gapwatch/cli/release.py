"""``gapwatch release``: let a held load in, or list the held ones."""

from __future__ import annotations

from pathlib import Path

import click

from gapwatch.cli.options import config_option, instant, settings_of


@click.command()
@click.argument("load", required=False)
@config_option
@click.option("--reason", help="Why it may count.")
@click.option("--by", help="Who decides that.")
@click.option("--released-at", help="When the decision counts as made. Default: now.")
def release(load: str | None, config: Path, reason: str | None, by: str | None, released_at: str | None) -> int:
    """Let the held LOAD in, and with it all files of its batch; the next build counts it.

    Without LOAD: what is held, why, and how to release it.
    """
    from gapwatch.cli.outcome import release_command
    from gapwatch.loaders.release import held_loads, newer_in_force, release_load

    settings = settings_of(config)
    warehouse = settings.warehouse.path
    if load is None:
        if reason or by or released_at:
            raise click.UsageError("name the LOAD to release")
        for record in (held := held_loads(warehouse)):
            click.echo(f"{record.load_id}: {record.source} ({record.address}): {record.reason}")
            click.echo(f"  {release_command(record, config)}")
        if not held:
            click.echo("no load is held")
        return 0
    if not reason or not by:
        raise click.UsageError('say who lets it in, and why: --by "…" --reason "…"')
    at = instant(released_at, settings, option="--released-at")
    released = release_load(warehouse, load, reason=reason, by=by, at=at)
    for record in released:
        click.echo(f"released: {record.load_id} ({record.address}): {record.reason}")
    newer = newer_in_force(warehouse, released[0])
    if newer is not None:
        click.echo(
            f"a newer load of {newer.source} is in force ({newer.load_id}); "
            "in mode full the released one changes only what was known before that"
        )
    click.echo("it counts from the next build on: gapwatch build")
    return 0
