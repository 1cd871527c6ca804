"""``gapwatch build``: build, check and publish from what is already loaded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gapwatch.cli.options import config_option, fail_on_gaps_option, instant, instant_options, settings_of

if TYPE_CHECKING:
    from gapwatch.config import Settings
    from gapwatch.trial import Change, Trial


@click.command()
@config_option
@instant_options
@fail_on_gaps_option
@click.option(
    "--only",
    metavar="MODEL",
    help="Try a changed model: build MODEL, MODEL+ (and all that read it) or +MODEL (and all it reads) in a copy of the"
    " published generation, and say which rows changed. Publishes nothing.",
)
def build(config: Path, as_of: str | None, known_at: str | None, fail_on_gaps: bool, only: str | None) -> int:
    """Build the models from the landing zone and the policy, check them and publish the result."""
    from gapwatch.cli.console import report
    from gapwatch.cli.outcome import exit_code, say_generation
    from gapwatch.pipeline import build as build_generation

    settings = settings_of(config)
    if only is not None:
        if as_of or known_at or fail_on_gaps:
            raise click.UsageError(
                "--only tries models on the published generation: it takes no --as-of, --known-at or --fail-on-gaps"
            )
        return _try(settings, only)
    generation = build_generation(
        settings,
        as_of=instant(as_of, settings, option="--as-of"),
        known_at=instant(known_at, settings, option="--known-at"),
        progress=report,
    )
    return exit_code(gaps=say_generation(generation), fail_on_gaps=fail_on_gaps)


def _try(settings: Settings, only: str) -> int:
    from gapwatch.cli.console import report, show_rows
    from gapwatch.trial import try_models

    trial = try_models(settings.warehouse.path, wanted=only, progress=report)
    _say_left_out(trial)
    show_rows(
        ["model", "rows before", "rows after", "rows gone", "rows new", "columns"],
        [
            (one.model, one.rows_before, one.rows_after, one.rows_gone, one.rows_new, _columns(one))
            for one in trial.changes
        ],
        form="table",
    )
    click.echo(f"not published: {trial.path} (a copy of run {trial.run_id} with these models)")
    return 0


def _say_left_out(trial: Trial) -> None:
    if trial.stale_readers:
        click.echo(f"as published, though they read what was built: {', '.join(trial.stale_readers)}", err=True)
    if trial.changed_elsewhere:
        click.echo(f"changed since the published build, not built: {', '.join(trial.changed_elsewhere)}", err=True)


def _columns(change: Change) -> str:
    if change.rows_before is None:
        return "a new model"
    return " ".join([*(f"-{name}" for name in change.columns_gone), *(f"+{name}" for name in change.columns_new)])
