"""``gapwatch load``: take in the sources, build nothing."""

from __future__ import annotations

from pathlib import Path

import click

from gapwatch.cli.options import config_option, instant, loaded_at_option, settings_of


@click.command()
@config_option
@loaded_at_option
def load(config: Path, loaded_at: str | None) -> int:
    """Load every source into the landing zone; publish nothing."""
    from gapwatch.cli.console import report
    from gapwatch.cli.outcome import exit_code, now, say_loads
    from gapwatch.pipeline import load as load_sources

    settings = settings_of(config)
    records = load_sources(
        settings, loaded_at=instant(loaded_at, settings, option="--loaded-at") or now(), progress=report
    )
    return exit_code(held=say_loads(records, config=config))
