"""No model breaks the key it states, whatever the world: a key check that fails keeps a run from being published."""

from __future__ import annotations

from pathlib import Path

import duckdb
from mutants.baselines import build_baseline
from properties.random_worlds import random_world

from gapwatch.checks.catalogue import key_checks
from gapwatch.modelling import all_models
from gapwatch.modelling.build import Built, record_models


def test_random_worlds_break_no_key(tmp_path: Path) -> None:
    models = all_models()
    texts = {name: model.sql for name, model in models.items()}
    policy_changes = 0
    for seed in (1, 11, 12):
        path = tmp_path / f"{seed}.duckdb"
        build_baseline(random_world(seed), path, models=models, texts=texts)
        with duckdb.connect(str(path)) as connection:
            present = {row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()}
            record_models(connection, models, [Built(name, 0, 0.0) for name in models if name in present])
            broken = {check.check_id: connection.execute(check.sql).fetchall() for check in key_checks(connection)}
            policy_changes += len(connection.execute("from policy_changes").fetchall())
        assert not {check: rows for check, rows in broken.items() if rows}, seed
        assert len(broken) > 40
    assert policy_changes > 0
