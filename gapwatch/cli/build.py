"""``gapwatch build``: build, check and publish from what is already loaded."""

from __future__ import annotations

from pathlib import Path

import click

from gapwatch.cli.options import config_option, fail_on_gaps_option, instant, instant_options, settings_of


@click.command()
@config_option
@instant_options
@fail_on_gaps_option
def build(config: Path, as_of: str | None, known_at: str | None, fail_on_gaps: bool) -> int:
    """Build the models from the landing zone and the policy, check them and publish the result."""
    from gapwatch.cli.console import report
    from gapwatch.cli.outcome import exit_code, say_generation
    from gapwatch.pipeline import build as build_generation

    settings = settings_of(config)
    generation = build_generation(
        settings,
        as_of=instant(as_of, settings, option="--as-of"),
        known_at=instant(known_at, settings, option="--known-at"),
        progress=report,
    )
    return exit_code(gaps=say_generation(generation), fail_on_gaps=fail_on_gaps)
