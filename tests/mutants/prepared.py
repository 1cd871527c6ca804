"""The worlds that mutants are tried on: crowds of fixed seeds and the worked cases, each proven equal to the replay.

Owns the list of worlds. Judges nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from case_rows import case_folders
from mutants.baselines import build_baseline
from mutants.operators import round_trip
from properties.compare import table_differences
from properties.crowds import crowd
from properties.replay import replay
from worlds import World, read_world

from gapwatch.modelling import Model

SEEDS: Final = (34, 29, 36, 32, 20, 3, 30, 18, 15, 26, 1, 11, 25, 28, 49)


def world_names(seeds: Iterable[int] = SEEDS) -> list[str]:
    """The names of the worlds: crowds first."""
    return [*(f"crowd {seed}" for seed in seeds), *(f"case {folder.name}" for folder in case_folders())]


def named_world(name: str) -> World:
    """The world of a name."""
    kind, _, which = name.partition(" ")
    if kind == "crowd":
        return crowd(int(which))
    return read_world(next(folder for folder in case_folders() if folder.name == which))


class PreparedWorlds(Mapping[str, Path]):
    """The worlds of these names as files, each built when it is first asked for; judges want few of them."""

    def __init__(self, names: Iterable[str], folder: Path, *, models: Mapping[str, Model]) -> None:
        """The files come to lie in ``folder``."""
        self._names, self._folder, self._models = list(names), folder, models
        self._texts = {model.name: round_trip(model) for model in models.values()}
        self._paths: dict[str, Path] = {}

    def __getitem__(self, name: str) -> Path:
        if name not in self._paths:
            self._paths[name] = prepare(name, self._folder, models=self._models, texts=self._texts)
        return self._paths[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def prepare(name: str, folder: Path, *, models: Mapping[str, Model], texts: Mapping[str, str]) -> Path:
    """The world's file, built by the unchanged product unless the folder has it for models of the same SQL.

    Raises AssertionError where the product differs from the replay.
    """
    digest = hashlib.sha256("\n".join(texts[model] for model in sorted(texts)).encode()).hexdigest()[:12]
    path = folder / f"{name.replace(' ', '-')}-{digest}.duckdb"
    if path.is_file():
        return path
    world = named_world(name)
    started = path.with_suffix(".building")
    found = build_baseline(world, started, models=models, texts=texts)
    lines = table_differences(replay(world), found)
    if lines:
        raise AssertionError(f"{name}: the unchanged product differs from the replay: {lines[0]}")
    return started.rename(path)
