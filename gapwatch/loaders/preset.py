"""Presets: mappings as files with the keys of a ``[[sources]]`` entry: those of well-known systems, shipped as
``presets/<name>.toml``, and a customer's own, named by path.

Owns how a preset and a source's own keys merge: the source's win, column by column, value by value and lookup by
lookup. Called by ``gapwatch.loaders.load`` and by whoever must know what a source means.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from gapwatch.config import Source
from gapwatch.errors import ConfigurationError

_FOLDER = Path(__file__).parent / "presets"
_NOT_SHARED: Final = ("name", "path", "preset")


@dataclass(frozen=True)
class Described:
    """A source with its preset merged in. ``given``: canonical columns mapped by its own keys, and ``where`` when
    that is its own.
    """

    source: Source
    given: frozenset[str]


def shipped_folder() -> Path:
    """Where the shipped presets lie."""
    return _FOLDER


def preset_names() -> list[str]:
    """The shipped presets."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def read_preset(name: str, *, folder: Path, where: str) -> dict[str, Any]:
    """The keys of a shipped preset, or of the mapping file at that path (relative to ``folder``; it ends in .toml).

    Raises ConfigurationError when there is none, or it is no TOML.
    """
    own = name.endswith(".toml")
    path = folder / name if own else _FOLDER / f"{name}.toml"
    if not path.is_file() or (not own and name not in preset_names()):
        raise ConfigurationError(
            f"there is no preset {name!r}",
            where=where,
            do=f"write the path of a mapping file (.toml), or choose one of: {', '.join(preset_names())}",
        )
    try:
        keys: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name} is not valid TOML: {error}", where=where) from error
    for key in _NOT_SHARED:
        if key in keys:
            raise ConfigurationError(
                f"{path.name} sets {key}, which belongs to a source",
                where=where,
                do=f"write {key} in [[sources]] of gapwatch.toml",
            )
    return keys


def with_preset(source: Source, *, folder: Path) -> Described:
    """The source as configured, on top of its preset; ``folder`` is where its relative path starts.

    Raises ConfigurationError for an unknown preset, one of another feed, or one that is no mapping.
    """
    given = frozenset({*source.columns, *({"where"} if source.where else ())})
    if source.preset is None:
        return Described(source, given)
    where = f"source {source.name}"
    shared = read_preset(source.preset, folder=folder, where=where)
    if shared.get("feed", source.feed) != source.feed:
        raise ConfigurationError(
            f"preset {source.preset} maps feed {shared['feed']}, not {source.feed}",
            where=where,
            do=f'set feed = "{shared["feed"]}", or map the columns in [sources.columns]',
        )
    own = source.model_dump(exclude_unset=True)
    merged = {
        "columns": {**shared.get("columns", {}), **own.get("columns", {})},
        "values": _merged(shared.get("values", {}), own.get("values", {})),
        "lookups": _merged(shared.get("lookups", {}), own.get("lookups", {})),
    }
    try:
        return Described(Source(**{**shared, **own, **merged}), given)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(map(str, problem["loc"]))
        raise ConfigurationError(f"preset {source.preset}: {place}: {problem['msg']}", where=where) from error


def _merged(shared: dict[str, dict[str, Any]], own: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {**shared.get(name, {}), **own.get(name, {})} for name in {**shared, **own}}
