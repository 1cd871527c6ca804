"""Options that several commands share, and what their values mean.

Owns the reading of instants, dates and settings from the command line, and opening the generation they name.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gapwatch.errors import ConfigurationError

if TYPE_CHECKING:
    from gapwatch.config import Settings
    from gapwatch.reads import Reader

_Command = Callable[..., Any]


def config_option(command: _Command) -> _Command:
    """``--config``: where the settings lie."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path),
        default=Path("gapwatch.toml"),
        show_default=True,
        help="The settings file.",
    )(command)


def instant_options(command: _Command) -> _Command:
    """``--as-of`` and ``--known-at``."""
    known = click.option("--known-at", help="The newest knowledge to use. Default: the newest load.")
    as_of = click.option("--as-of", help="The instant to report on, or a date. Default: the newest load.")
    return as_of(known(command))


def loaded_at_option(command: _Command) -> _Command:
    """``--loaded-at``: one instant for all loads of the command."""
    return click.option("--loaded-at", help="When the loads count as received. Default: now.")(command)


def fail_on_gaps_option(command: _Command) -> _Command:
    """``--fail-on-gaps``: exit 1 when there is a finding."""
    return click.option("--fail-on-gaps", is_flag=True, help="Exit 1 when a gap is open at as-of.")(command)


def settings_of(config: Path) -> Settings:
    """The settings in that file. Raises ConfigurationError."""
    from gapwatch.config import load_settings

    return load_settings(config)


def instant(text: str | None, settings: Settings, *, option: str) -> dt.datetime | None:
    """An aware UTC instant from ISO text; a date or a time without offset is in the organisation's zone.

    Raises ConfigurationError naming the option when the text is neither.
    """
    if text is None:
        return None
    try:
        value = dt.datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ConfigurationError(
            f"{text!r} is no instant",
            where=option,
            do="write 2026-03-14, 2026-03-14T06:00 or 2026-03-14T06:00:00Z",
        ) from error
    if value.tzinfo is None:
        value = value.replace(tzinfo=zoneinfo.ZoneInfo(settings.organisation.timezone))
    return value.astimezone(dt.UTC)


def date(text: str, *, option: str) -> dt.date:
    """A calendar date from ISO text. Raises ConfigurationError naming the option."""
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError as error:
        raise ConfigurationError(f"{text!r} is no date", where=option, do="write it like 2026-03-14") from error


def open_reader(config: Path, *, as_of: str | None = None, known_at: str | None = None) -> Reader:
    """The published generation, or the one with the parameters given (built when there is none)."""
    from gapwatch.cli.console import report
    from gapwatch.pipeline import generation_for
    from gapwatch.reads import Reader

    settings = settings_of(config)
    if as_of is None and known_at is None:
        return Reader.open(settings.warehouse.path)
    path = generation_for(
        settings,
        as_of=instant(as_of, settings, option="--as-of"),
        known_at=instant(known_at, settings, option="--known-at"),
        progress=report,
    )
    return Reader(path)
