"""Each model alone makes of the given rows the expected ones; the cases are in ``cases``, a file per model."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from mutants.baselines import build_baseline
from properties.random_worlds import random_world
from sql.given_expect import Bench, Case, all_cases, text_table

from gapwatch.checks import create_empty_results
from gapwatch.modelling import all_models, build_models, models_after_checks
from gapwatch.modelling.graph import build_order

_CASES = all_cases()


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    models = all_models()
    path = tmp_path_factory.mktemp("pattern") / "pattern.duckdb"
    build_baseline(random_world(1), path, models=models, texts={name: model.sql for name, model in models.items()})
    with duckdb.connect(str(path)) as connection:
        connection.execute("set timezone = 'UTC'")
        for model in build_order(models):
            if model.folder in ("health", "scope"):
                connection.execute(f'create table "{model.name}" as {model.sql}')
        create_empty_results(connection)
        build_models(connection, models_after_checks())
    made = Bench(path)
    yield made
    made.close()


@pytest.mark.parametrize("case", _CASES, ids=lambda case: f"{case.model}: {case.name}")
def test_model_gives_the_expected_rows(case: Case, bench: Bench) -> None:
    model = (all_models() | models_after_checks())[case.model]
    assert bench.differences(case, model.sql, reads=model.reads) == []


def test_a_wrong_row_is_seen(bench: Bench) -> None:
    model = all_models()["gap_causes"]
    case = Case("gap_causes", "wrong", {}, text_table("cause | owner\nexpired | hr"))
    lines = bench.differences(case, model.sql, reads=model.reads)
    assert "missing: expired | hr" in lines
    assert "too much: expired | learner" in lines
