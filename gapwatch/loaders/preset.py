"""Presets: mappings of well-known systems, shipped as ``presets/<name>.toml`` with the keys of a
``[[sources]]`` entry.

Owns how a preset and a source's own keys merge: the source's win, column by column and value by value. Called
by ``gapwatch.loaders.load``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gapwatch.config import Source
from gapwatch.errors import ConfigurationError

_FOLDER = Path(__file__).parent / "presets"


@dataclass(frozen=True)
class Described:
    """A source with its preset merged in. ``given``: canonical columns mapped by its own keys."""

    source: Source
    given: frozenset[str]


def preset_names() -> list[str]:
    """The shipped presets."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def with_preset(source: Source) -> Described:
    """The source as configured, on top of its preset. Raises ConfigurationError for an unknown preset, or
    another feed's.
    """
    given = frozenset(source.columns)
    if source.preset is None:
        return Described(source, given)
    where = f"source {source.name}"
    if source.preset not in preset_names():
        raise ConfigurationError(
            f"there is no preset {source.preset!r}",
            where=where,
            do=f"choose one of: {', '.join(preset_names())}",
        )
    shipped: dict[str, Any] = tomllib.loads((_FOLDER / f"{source.preset}.toml").read_text(encoding="utf-8"))
    if shipped["feed"] != source.feed:
        raise ConfigurationError(
            f"preset {source.preset} maps feed {shipped['feed']}, not {source.feed}",
            where=where,
            do=f'set feed = "{shipped["feed"]}", or map the columns in [sources.columns]',
        )
    own = source.model_dump(exclude_unset=True)
    values = {
        column: {**shipped.get("values", {}).get(column, {}), **own.get("values", {}).get(column, {})}
        for column in {*shipped.get("values", {}), *own.get("values", {})}
    }
    columns = {**shipped.get("columns", {}), **own.get("columns", {})}
    try:
        return Described(Source(**{**shipped, **own, "columns": columns, "values": values}), given)
    except ValidationError as error:
        raise ConfigurationError(f"preset {source.preset}: {error.errors()[0]['msg']}", where=where) from error
