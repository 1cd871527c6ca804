"""Damaged files: sixty of the many that ``python -m loaders.damage`` makes, and that the damage is worth its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from .damage import FORMATS, damaged_file, load_damaged


@pytest.mark.parametrize("seed", range(1, 61))
def test_a_damaged_file_is_accounted_for_or_refused(seed: int, tmp_path: Path) -> None:
    assert load_damaged(seed, tmp_path) in ("accepted", "rejected", "refused")


def test_every_format_is_damaged_in_many_ways() -> None:
    files = [damaged_file(seed) for seed in range(1, 400)]
    assert {name for _, name, _ in files} == set(FORMATS)
    assert len({content for _, _, content in files}) > 350


def test_the_same_seed_is_the_same_file() -> None:
    seeds = [seed for seed in range(1, 60) if damaged_file(seed)[1] != "feed.xlsx"]  # whose bytes hold the time
    assert [damaged_file(seed) for seed in seeds] == [damaged_file(seed) for seed in seeds]
