"""No answer may depend on the order in which the engine joins.

DuckDB 2.0.0 moves a cross-joined row into the optional side of a left join when a later join condition needs both, and
then loses rows. Every model and every question is therefore asked twice on the sample: as the engine likes, and with
the join-order optimiser off.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from sample_generation import published_sample

from gapwatch.config import load_settings
from gapwatch.inputs import create_landed
from gapwatch.modelling import Model, all_models
from gapwatch.reads import question_parameters
from gapwatch.shipped import query_folder
from gapwatch.warehouse.generations import generation_path
from gapwatch.warehouse.landing import read_manifests

_MODELS = [model for model in all_models().values() if model.folder != "staging"]
_QUESTIONS = sorted(path.stem for path in (query_folder() / "ask").glob("*.sql"))
_SITES = ["BAY1", "HNY1"]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published sample, open for reading, and once more as ``before`` for questions about two reports."""
    settings = load_settings(published_sample(tmp_path_factory.getbasetemp()))
    published = generation_path(settings.warehouse.path)
    # files of its own: another test of this process may hold the published one open in another way
    folder = tmp_path_factory.mktemp("join-order")
    now, before = shutil.copy(published, folder / published.name), shutil.copy(published, folder / "before.duckdb")
    with duckdb.connect(str(now), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{before}' as before (read_only)")
        create_landed(connection, settings.warehouse.path, read_manifests(settings.warehouse.path))
        yield connection


def _differing_rows(connection: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, object]) -> int:
    connection.execute(f"create or replace temp table as_it_likes as {sql}", parameters or None)
    connection.execute("set disabled_optimizers = 'join_order'")
    try:
        connection.execute(f"create or replace temp table as_written as {sql}", parameters or None)
    finally:
        connection.execute("reset disabled_optimizers")
    # Sums of doubles end in other digits when rows come in another order.
    columns = ", ".join(
        f'round("{name}", 6)' if kind == "DOUBLE" else f'"{name}"'
        for name, kind in connection.execute("select column_name, column_type from (describe as_written)").fetchall()
    )
    row = connection.execute(
        "select count(*) from ("
        f"(select {columns} from as_it_likes except all select {columns} from as_written)"
        f" union all (select {columns} from as_written except all select {columns} from as_it_likes))"
    ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("model", _MODELS, ids=lambda model: model.name)
def test_model(sample: duckdb.DuckDBPyConnection, model: Model) -> None:
    assert _differing_rows(sample, model.sql, {}) == 0


@pytest.mark.parametrize("name", _QUESTIONS)
def test_question(sample: duckdb.DuckDBPyConnection, name: str) -> None:
    sql = (query_folder() / "ask" / f"{name}.sql").read_text(encoding="utf-8")
    given: dict[str, object] = {
        "sites": _SITES,
        "worker_id": "004001",
        "worker": "004001",
        "on": "2026-03-14",
        "instant": "2026-03-14 08:00:00",
    }
    parameters = {key: given.get(key) for key in question_parameters(name)}
    assert _differing_rows(sample, sql, parameters) == 0


def test_the_fault_is_seen_where_it_is(sample: duckdb.DuckDBPyConnection) -> None:
    faulty = (
        "select policy_retrain_orders.requirement_id from policy_retrain_orders cross join run_parameters"
        " inner join requirement_keys on policy_retrain_orders.requirement_id = requirement_keys.requirement_id"
        " left join site_keys on policy_retrain_orders.site = site_keys.site"
        " inner join local_midnights"
        " on coalesce(site_keys.timezone, run_parameters.organisation_timezone) = local_midnights.timezone"
        " and policy_retrain_orders.effective_on = local_midnights.local_on"
    )
    assert _differing_rows(sample, faulty, {}) == 1


def test_every_query_is_asked() -> None:
    assert len(_MODELS) > 40
    assert len(_QUESTIONS) > 60
    assert isinstance(query_folder(), Path)
