"""``gapwatch run``: load, check, build, publish."""

from __future__ import annotations

from pathlib import Path

import click

from gapwatch.cli.options import (
    config_option,
    fail_on_gaps_option,
    instant,
    instant_options,
    loaded_at_option,
    settings_of,
)


@click.command()
@config_option
@loaded_at_option
@instant_options
@fail_on_gaps_option
def run(config: Path, loaded_at: str | None, as_of: str | None, known_at: str | None, fail_on_gaps: bool) -> int:
    """Load every source, build the models, check them and publish the result."""
    from gapwatch.cli.console import report
    from gapwatch.cli.outcome import exit_code, now, say_generation, say_loads
    from gapwatch.pipeline import run as run_pipeline

    settings = settings_of(config)
    records, generation = run_pipeline(
        settings,
        loaded_at=instant(loaded_at, settings, option="--loaded-at") or now(),
        as_of=instant(as_of, settings, option="--as-of"),
        known_at=instant(known_at, settings, option="--known-at"),
        progress=report,
    )
    held = say_loads(records, config=config)
    gaps = say_generation(generation)
    return exit_code(held=held, gaps=gaps, fail_on_gaps=fail_on_gaps)
