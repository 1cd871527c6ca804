"""The checks as part of a run: a true generation passes, one that a broken model made is not published."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import gapwatch

from gapwatch.modelling import all_models
from gapwatch.reads import Reader
from gapwatch.shipped import query_folder
from gapwatch.warehouse.generations import current_run_id

_CASE = Path(__file__).parent.parent / "cases" / "worked" / "rehire"
_LOADED_AT = "2026-03-01T06:00:00Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "case"
    shutil.copytree(_CASE, copy)
    return copy


@pytest.fixture
def broken_gaps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The shipped models, but every gap lasts a day longer than its causes say."""
    copy = tmp_path / "queries"
    shutil.copytree(query_folder(), copy)
    model = copy / "gaps" / "gaps.sql"
    sound = model.read_text(encoding="utf-8")
    broken = sound.replace("days_of_gaps.exposure_days,", "days_of_gaps.exposure_days + 1 as exposure_days,")
    assert broken != sound
    model.write_text(broken, encoding="utf-8")
    monkeypatch.setattr("gapwatch.modelling.model.query_folder", lambda: copy)
    all_models.cache_clear()
    yield
    all_models.cache_clear()


def _run(folder: Path, command: str = "run") -> tuple[int, str]:
    answer = gapwatch(command, "--config", str(folder / "gapwatch.toml"), *_when(command))
    return answer.code, answer.err


def _when(command: str) -> list[str]:
    return ["--loaded-at", _LOADED_AT] if command == "run" else []


def test_a_run_keeps_its_results_and_publishes(folder: Path) -> None:
    code, said = _run(folder)
    assert code == 0, said
    with Reader.open(folder / "warehouse") as reader:
        _, rows = reader.rows(
            "select"
            " count(*) filter (where status = 'error') as errors,"
            " count(*) filter (where severity = 'blocking' and status = 'pass') as held,"
            " count(distinct check_id) as checks from check_results"
        )
    errors, held, checks = rows[0]
    assert errors == 0
    assert held > 60
    assert checks > 90


@pytest.mark.usefixtures("broken_gaps")
def test_a_broken_model_is_not_published(folder: Path) -> None:
    code, said = _run(folder)
    assert code == 3
    assert "gap_days_add_up" in said
    assert "gaps_match_timeline" in said
    assert current_run_id(folder / "warehouse") is None


def test_what_was_published_stays_when_the_next_run_breaks(folder: Path, request: pytest.FixtureRequest) -> None:
    assert _run(folder)[0] == 0
    before = current_run_id(folder / "warehouse")
    request.getfixturevalue("broken_gaps")
    assert _run(folder, "build")[0] == 3
    assert current_run_id(folder / "warehouse") == before


def test_critical_findings_are_told_but_do_not_stop_a_run(folder: Path) -> None:
    (folder / "policy" / "course_credits.csv").write_text("course_id,requirement_id\n", encoding="utf-8")
    (folder / "feeds" / "sites.csv").write_text("site,timezone\nELSEWHERE,UTC\n", encoding="utf-8")
    code, said = _run(folder)
    assert code == 0, said
    assert "critical fail: requirements_without_course" in said
    assert "critical fail: sites_unknown" in said
    with Reader.open(folder / "warehouse") as reader:
        gap_id, site = reader.rows("select gap_id, role_site from gaps order by gap_id limit 1")[1][0]
        warnings = reader.ask("finding_warnings", finding="gap", finding_id=gap_id)
        found = set(warnings["finding_id"].dropna())
        everything = reader.ask("finding_warnings")
    assert found == {gap_id}
    assert list(warnings["severity"])[:2] == ["critical", "critical"]
    assert dict(zip(warnings["check_id"], warnings["words"], strict=True))["sites_unknown"].endswith(f"for site {site}")
    assert "requirements_without_course" in set(warnings["check_id"])
    assert {"gap", "obligation", "event"} <= set(everything["finding"])
