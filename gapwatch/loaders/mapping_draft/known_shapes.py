"""Which shipped preset was made for a file: the one whose columns the file has.

Owns that comparison. Called by ``draft``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from gapwatch.feeds import FEEDS
from gapwatch.loaders.preset import preset_names, read_preset, shipped_folder

_FEWEST = 3  # columns that must be found
_SHARE = 0.5


@dataclass(frozen=True)
class Shape:
    """A shipped preset: its keys, and the source columns that it names."""

    preset: str
    keys: dict[str, Any]
    names: frozenset[str]

    @property
    def reading(self) -> tuple[str | None, str | None]:
        """How it finds its rows: records and unnest."""
        return self.keys.get("records"), self.keys.get("unnest")


def shapes(feed: str | None) -> list[Shape]:
    """The shipped presets, of that feed alone when one is named."""
    found = []
    for name in preset_names():
        keys = read_preset(name, folder=shipped_folder(), where=name)
        if feed in (None, keys["feed"]):
            names = frozenset(column for text in keys["columns"].values() for column in _names(text))
            lookups = tuple(f"{lookup}." for lookup in keys.get("lookups", {}))
            own = frozenset(one for one in names if not one.startswith(lookups)) if lookups else names
            found.append(Shape(name, keys, own))
    return found


def fitting_shapes(candidates: list[Shape], columns: set[str]) -> list[tuple[Shape, float]]:
    """The presets most of whose columns the file has, with the share that it has, the best first."""
    rated = []
    for shape in candidates:
        found = len(shape.names & columns)
        share = found / len(shape.names)
        if share >= _SHARE and found >= min(_FEWEST, len(shape.names)) and _has_required(shape, columns):
            rated.append((share * found, shape.preset, shape, share))
    return [(shape, share) for _, _, shape, share in sorted(rated, key=lambda one: (-one[0], one[1]))]


def _has_required(shape: Shape, columns: set[str]) -> bool:
    if shape.keys.get("carries") == "changes":
        needed = set(FEEDS[shape.keys["feed"]].identity)
    else:
        needed = {column.name for column in FEEDS[shape.keys["feed"]].columns if column.required}
    texts = [shape.keys["columns"].get(name, "") for name in needed]
    lookups = tuple(f"{lookup}." for lookup in shape.keys.get("lookups", {}))
    used = [{name for name in _names(text) if not (lookups and name.startswith(lookups))} for text in texts if text]
    return all(names & columns for names in used if names)


def _names(text: str) -> Iterator[str]:
    try:
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except SqlglotError:
        yield text
        return
    if isinstance(tree, exp.Dot):  # deeper than four names: a column as it stands
        yield text
    for node in tree.find_all(exp.Column):
        yield ".".join(part.name for part in node.parts)
