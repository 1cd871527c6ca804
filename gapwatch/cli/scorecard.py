"""``gapwatch scorecard``: how good the integration is, measured or attested, with the rows behind each cell."""

from __future__ import annotations

from pathlib import Path

import click

from gapwatch.cli.options import config_option, instant_options, open_reader


@click.command()
@config_option
@instant_options
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def scorecard(config: Path, as_of: str | None, known_at: str | None, form: str) -> int:
    """Ten criteria and five marks of the integration: green, amber, red or unknown, and why."""
    from gapwatch.cli.console import show_rows

    with open_reader(config, as_of=as_of, known_at=known_at) as reader:
        cursor = reader.question("scorecard")
        columns = [str(column[0]) for column in cursor.description or []]
        rows = cursor.fetchall()
    if form == "table":
        told = [columns.index(name) for name in ("title", "rating", "basis", "reason")]
        show_rows([columns[at] for at in told], [[row[at] for at in told] for row in rows], form=form)
        click.echo("The rows behind a cell: gapwatch sql with the rows_sql of --format json.")
    else:
        show_rows(columns, rows, form=form)
    return 0
