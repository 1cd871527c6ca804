"""``gapwatch exports``: the log of evidence that was exported."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gapwatch.cli.options import config_option, settings_of


@click.command()
@config_option
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def exports(config: Path, form: str) -> int:
    """Who exported which evidence, when and from which run; newest first."""
    from gapwatch.cli.console import show_rows
    from gapwatch.evidence.exports import read_exports

    found = list(reversed(read_exports(settings_of(config).warehouse.path)))
    rows = [
        (
            each.at,
            each.by,
            each.export_id,
            each.status,
            each.file,
            each.parameters.get("prepared_by"),
            each.parameters.get("reviewed_by"),
            json.dumps({key: value for key, value in each.parameters.items() if value is not None}),
            each.run_id,
            each.signed_by,
            each.workbook_sha256,
        )
        for each in found
    ]
    who = ["at", "by", "export_id", "status", "file", "prepared_by", "reviewed_by"]
    columns = [*who, "parameters", "run_id", "signed_by", "workbook_sha256"]
    show_rows(columns, rows, form=form)
    return 0
