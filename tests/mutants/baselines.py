"""Worlds built once by the unchanged product, each in a file of its own, ready for mutants to be tried on.

Owns the way from a ``World`` to such a file. Judges nothing.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb
from properties.product import read_tables
from properties.replay import Tables
from worlds import World, place_feeds, write_world

from gapwatch.config import load_settings
from gapwatch.inputs import create_inputs
from gapwatch.loaders import load_all
from gapwatch.loaders.policy import read_policy
from gapwatch.modelling import Model
from gapwatch.modelling.graph import build_order


def build_baseline(world: World, path: Path, *, models: Mapping[str, Model], texts: Mapping[str, str]) -> Tables:
    """Load and build a world into a new DuckDB file with every input and every model a table; the published rows.

    ``texts`` is the SQL to build each model with. Raises what the product raises.
    """
    with tempfile.TemporaryDirectory(dir=path.parent) as name:
        folder = Path(name)
        write_world(world, folder)
        settings = load_settings(folder / "gapwatch.toml")
        for number, load in enumerate(world.loads, start=1):
            place_feeds(folder, f"feeds-{number}")
            load_all(settings, loaded_at=dt.datetime.fromisoformat(load.loaded_at))
        with duckdb.connect(str(path), config={"threads": 1}) as connection:
            connection.execute("set timezone = 'UTC'")
            create_inputs(
                connection,
                settings,
                run_id="compared",
                as_of=dt.datetime.fromisoformat(world.as_of),
                known_at=dt.datetime.fromisoformat(world.known_at or max(load.loaded_at for load in world.loads)),
                policy=read_policy(settings.policy.path, organisation_timezone=world.timezone),
            )
            _keep_landed(connection)
            for model in build_order(models):
                if model.folder not in ("health", "scope"):
                    connection.execute(f'create table "{model.name}" as {texts[model.name]}')
            return read_tables(connection)


def _keep_landed(connection: duckdb.DuckDBPyConnection) -> None:
    """Turn the views over the landing zone, which is about to go, into tables."""
    views = connection.execute("select view_name from duckdb_views() where temporary and not internal").fetchall()
    for (view,) in views:
        connection.execute(f'create temporary table kept as select * from "{view}"')
        connection.execute(f'drop view "{view}"')
        connection.execute(f'create table "{view}" as select * from kept')
        connection.execute("drop table kept")
