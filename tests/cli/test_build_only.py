"""``gapwatch build --only``: what it says a changed model changes, and that nothing is published by it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
from command import gapwatch

from gapwatch import trial
from gapwatch.errors import ConfigurationError, ModelError
from gapwatch.modelling import Model, all_models
from gapwatch.modelling.model import parse_model
from gapwatch.warehouse.generations import generation_path


def _only(company: Path, wanted: str) -> dict[str, trial.Change]:
    return {one.model: one for one in trial.try_models(company / "warehouse", wanted=wanted).changes}


def _with(monkeypatch: pytest.MonkeyPatch, **changed: str) -> Mapping[str, Model]:
    """The product with the SQL of some models replaced; a name it does not have becomes a new model in ``gaps``."""
    header = "-- Grain: one row\n-- Key: n\n-- Answers: what?\n-- Not for: anything\n"
    models = dict(all_models())
    for name, sql in changed.items():
        old = models.get(name)
        text = sql if sql.startswith("--") else header + sql
        made = parse_model(text, name=name, folder=old.folder if old else "gaps")
        models[name] = dataclasses.replace(made, is_view=old.is_view) if old else made
    monkeypatch.setattr(trial, "all_models", lambda: models)
    return models


def _count(company: Path, query: str) -> int:
    with duckdb.connect(str(generation_path(company / "warehouse")), read_only=True) as connection:
        row = connection.execute(f"select count(*) from ({query})").fetchone()
    assert row is not None
    return int(row[0])


def _files(company: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((company / "warehouse").rglob("*"))
        if path.is_file() and "trials" not in path.parts
    }


def test_what_was_published_stays_as_it_was(company: Path) -> None:
    before = _files(company)
    answer = gapwatch("build", "--config", str(company / "gapwatch.toml"), "--only", "role_states+")
    assert answer.code == 0, answer.err
    assert _files(company) == before
    path = company / "warehouse" / "trials" / "role_states.duckdb"
    assert f"not published: {path}" in answer.out
    assert list(path.parent.iterdir()) == [path]
    lines = {line.split()[0]: line.split()[2:10:2] for line in answer.out.splitlines() if "│" in line}
    rows = str(_count(company, "select * from role_states"))
    assert lines["role_states"] == [rows, rows, "0", "0"]
    assert "gaps" in lines
    assert "role_states: " in answer.err
    assert "role_states: " not in answer.out


def test_all_models_built_again_from_what_landed_are_the_same(company: Path) -> None:
    changes = _only(company, "known_loads+")
    assert {"staged_role_history", "gaps", "compliance_timeline", "feed_health"} <= changes.keys()
    assert [
        one for one in changes.values() if one.rows_gone or one.rows_new or one.columns_gone or one.columns_new
    ] == []


def test_a_changed_model_shows_in_all_that_read_it(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = _count(company, "select * from stale_accounts where is_open")
    changed = all_models()["stale_accounts"].sql.replace("select * from final", "select * from final where not is_open")
    _with(monkeypatch, stale_accounts=changed)
    changes = _only(company, "stale_accounts+")
    assert accounts > 0
    assert (changes["stale_accounts"].rows_gone, changes["stale_accounts"].rows_new) == (accounts, 0)
    assert changes["inflation"].rows_gone > 0
    assert _count(company, "select * from stale_accounts where is_open") == accounts


def test_a_view_is_compared_with_the_published_rows_under_it(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    segments = _count(company, "select * from compliance_timeline")
    changed = all_models()["timeline_segments"].sql.replace("select * from final", "select * from final where false")
    _with(monkeypatch, timeline_segments=changed)
    timeline = _only(company, "timeline_segments+")["compliance_timeline"]
    assert segments > 0
    assert (timeline.rows_before, timeline.rows_after, timeline.rows_gone) == (segments, 0, segments)


def test_columns_that_come_and_go_are_named(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, timeline_states="select 'gap' as state, 1 as place")
    change = _only(company, "timeline_states")["timeline_states"]
    assert (change.columns_gone, change.columns_new) == (("state_rank",), ("place",))
    assert change.rows_new == 0
    assert change.rows_gone == (change.rows_before or 0) - 1


@pytest.mark.parametrize(
    ("sql", "error", "said"),
    [
        ("select state from timeline_stats", ConfigurationError, "did you mean timeline_states"),
        ("select no_such_column from gap_causes", ModelError, "queries/gaps/timeline_states.sql"),
    ],
)
def test_a_model_that_fails_leaves_nothing(
    company: Path, monkeypatch: pytest.MonkeyPatch, sql: str, error: type[Exception], said: str
) -> None:
    _with(monkeypatch, timeline_states=sql)
    with pytest.raises(error) as failed:
        _only(company, "timeline_states")
    assert said in str(failed.value)
    assert list((company / "warehouse" / "trials").iterdir()) == []


def test_a_new_model_is_built_and_one_that_was_left_out_is_named(
    company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with(
        monkeypatch,
        counted_gaps="select count(*) as n from gaps",
        doubled_gaps="select 2 * n as n from counted_gaps",
        compliance=all_models()["compliance"].sql + "\n",
    )
    found = trial.try_models(company / "warehouse", wanted="counted_gaps")
    assert [(one.model, one.rows_before, one.rows_after) for one in found.changes] == [("counted_gaps", None, 1)]
    assert found.stale_readers == ("doubled_gaps",)
    assert found.changed_elsewhere == ("compliance", "doubled_gaps")
    with pytest.raises(ConfigurationError, match="doubled_gaps reads counted_gaps"):
        _only(company, "doubled_gaps")


def test_loads_since_the_build_are_none_of_its_inputs(company: Path) -> None:
    feeds = next(path for path in (company / "feeds").glob("lms_accounts.csv"))
    feeds.write_text(feeds.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    settings = str(company / "gapwatch.toml")
    assert gapwatch("load", "--config", settings, "--loaded-at", "2026-02-11T05:00:00Z").code == 0
    change = _only(company, "staged_lms_accounts")["staged_lms_accounts"]
    assert (change.rows_gone, change.rows_new) == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "gap"], "did you mean gaps"),
        (["--only", "gaps", "--as-of", "2026-01-01"], "--only tries models on the published generation"),
        (["--only", "gaps", "--fail-on-gaps"], "--only tries models on the published generation"),
    ],
)
def test_wrong_use_is_told(company: Path, arguments: list[str], said: str) -> None:
    answer = gapwatch("build", "--config", str(company / "gapwatch.toml"), *arguments)
    assert answer.code == 2
    assert said in answer.err
    assert not (company / "warehouse" / "trials").exists()


def test_without_a_generation_it_says_what_to_do(tmp_path: Path) -> None:
    settings = tmp_path / "gapwatch.toml"
    settings.write_text('[organisation]\nname = "None"\n', encoding="utf-8")
    answer = gapwatch("build", "--config", str(settings), "--only", "gaps")
    assert answer.code == 3
    assert "do:    run: gapwatch run" in answer.err
