"""``gapwatch rejects``: which rows could not be used, and their way back once they are corrected."""

from __future__ import annotations

from pathlib import Path

import click

from gapwatch.cli.options import config_option, instant, loaded_at_option, settings_of


@click.command()
@config_option
@click.option("--load", "load_id", help="The rejects of this load alone. Default: of the newest loads.")
@click.option("--source", help="The rejects of this source alone.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--export", type=click.Path(path_type=Path, dir_okay=False), help="Write the rows to this CSV file.")
@click.option("--retake", type=click.Path(path_type=Path), help="Take the corrected rows of this exported file.")
@loaded_at_option
def rejects(
    config: Path,
    load_id: str | None,
    source: str | None,
    form: str,
    export: Path | None,
    retake: Path | None,
    loaded_at: str | None,
) -> int:
    """List rejected rows by load, column and reason, export them, or take them again."""
    from gapwatch.cli.console import report, show_rows
    from gapwatch.cli.outcome import exit_code, now, say_loads
    from gapwatch.loaders import rejects as rejected

    settings = settings_of(config)
    if retake is not None:
        if export or load_id or source:
            raise click.UsageError("--retake takes a file alone: it says itself of which load its rows are")
        at = instant(loaded_at, settings, option="--loaded-at") or now()
        record = rejected.retake(settings, retake, loaded_at=at, progress=report)
        held = say_loads([record], config=config)
        click.echo(
            f"load {record.load_id}: from the next build on (gapwatch build), until the source's next whole load"
        )
        return exit_code(held=held)
    if loaded_at is not None:
        raise click.UsageError("--loaded-at goes with --retake")
    warehouse = settings.warehouse.path
    loads = rejected.loads_with_rejects(warehouse, load_id=load_id, source=source)
    if export is not None:
        written = rejected.export_rejects(warehouse, loads, export)
        click.echo(f"{written:,} rejected rows in {export}; correct them, then: gapwatch rejects --retake {export}")
        return 0
    columns = ["source", "feed", "load_id", "loaded_at", "column_name", "reason", "rows", "first_row"]
    rows = [
        (
            one.load.source,
            one.load.feed,
            one.load.load_id,
            one.load.loaded_at,
            one.column_name,
            one.reason,
            one.rows,
            one.first_row,
        )
        for one in rejected.count_rejects(warehouse, loads)
    ]
    show_rows(columns, rows, form=form)
    return 0
