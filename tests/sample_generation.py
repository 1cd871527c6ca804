"""The shipped sample company, loaded, built and published once per test process, as page tests read it."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from gapwatch.config import Settings, load_settings
from gapwatch.pipeline import load, run
from gapwatch.reads import Reader
from gapwatch.shipped import data_folder
from gapwatch.warehouse.generations import generation_path


@cache
def published_sample(folder: Path) -> Path:
    """Copy the sample below ``folder``, load its deliveries, run it as of its end; returns its gapwatch.toml."""
    home = folder / "sample"
    shutil.copytree(data_folder() / "sample", home)
    *earlier, last = json.loads((home / "answers.json").read_text(encoding="utf-8"))["deliveries"]
    for delivery in earlier:
        load(load_settings(home / delivery["config"]), loaded_at=dt.datetime.fromisoformat(delivery["loaded_at"]))
    run(load_settings(home / last["config"]), loaded_at=dt.datetime.fromisoformat(last["loaded_at"]))
    return home / "gapwatch.toml"


def settings_of(config: Path) -> Settings:
    """The settings of that sample."""
    return load_settings(config)


def rows(config: Path, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query on the published tables."""
    return rows_of(generation_path(load_settings(config).warehouse.path), sql)


def rows_of(generation: Path, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query on that generation."""
    with Reader(generation) as reader:
        return reader.relation(sql).fetchall()


def scalar(config: Path, sql: str) -> Any:
    """The one value of a query on the published tables."""
    return rows(config, sql)[0][0]
