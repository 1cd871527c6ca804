"""``gapwatch sql``: read-only SQL on the published tables."""

from __future__ import annotations

from pathlib import Path

import click

from gapwatch.cli.options import config_option, instant_options, open_reader


@click.command()
@click.argument("statement")
@config_option
@instant_options
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def sql(statement: str, config: Path, as_of: str | None, known_at: str | None, form: str) -> int:
    """Run one read-only STATEMENT on the published tables."""
    from gapwatch.cli.console import show_rows

    with open_reader(config, as_of=as_of, known_at=known_at) as reader:
        columns, rows = reader.rows(statement)
    show_rows(columns, rows, form=form)
    return 0
