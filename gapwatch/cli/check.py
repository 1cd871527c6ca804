"""``gapwatch check``: run the data checks on what is loaded, publish nothing."""

from __future__ import annotations

from pathlib import Path

import click

from gapwatch.cli.options import config_option, instant, instant_options, settings_of


@click.command()
@config_option
@instant_options
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def check(config: Path, as_of: str | None, known_at: str | None, form: str) -> int:
    """Check what is loaded, without publishing it. Exit 3 when a blocking check does not pass."""
    from gapwatch.cli.console import report, show_rows
    from gapwatch.pipeline import build as build_generation

    settings = settings_of(config)
    generation = build_generation(
        settings,
        as_of=instant(as_of, settings, option="--as-of"),
        known_at=instant(known_at, settings, option="--known-at"),
        publishing=False,
        progress=report,
    )
    generation.path.unlink()
    columns = ["check_id", "feed", "severity", "status", "rows_checked", "rows_failed", "detail"]
    show_rows(
        columns,
        [
            (
                one.check_id,
                one.feed,
                str(one.severity),
                str(one.status),
                one.rows_checked,
                one.rows_failed,
                one.detail,
            )
            for one in generation.checks
        ],
        form=form,
    )
    return 3 if generation.blocking else 0
