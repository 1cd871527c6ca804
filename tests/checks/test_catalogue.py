"""The catalogue itself: headers that read, and the errors of those that don't."""

from __future__ import annotations

from pathlib import Path

import pytest

from gapwatch.checks import Severity, read_catalogue
from gapwatch.checks.catalogue import NO_ROWS, Touch
from gapwatch.errors import ModelError

_GOOD = """-- Check:        every site is known,
--               or named
-- Feed:         sites
-- Severity:     critical
-- Rows checked: staged_sites, loads (at least 3)
-- Expect:       ExpectColumnValuesToBeBetween {"column": "n", "max_value": 1}
-- Do:           name it
select 1 as n
"""


def test_every_shipped_header_reads() -> None:
    checks = read_catalogue()
    assert len(checks) >= 40
    assert {check.severity for check in checks} == set(Severity)
    for check in checks:
        assert check.says[0].islower() or check.says.startswith("LMS"), check.check_id
        assert not check.says.endswith("."), check.check_id
        assert not check.do.endswith("."), check.check_id


def test_header_lines_are_understood(tmp_path: Path) -> None:
    (tmp_path / "sites_known.sql").write_text(_GOOD, encoding="utf-8")
    (check,) = read_catalogue(tmp_path)
    assert check.check_id == "sites_known"
    assert check.says == "every site is known, or named"
    assert check.tables == ("staged_sites", "loads")
    assert check.at_least == 3
    assert check.expectation.name == "ExpectColumnValuesToBeBetween"
    assert check.expectation.arguments == {"column": "n", "max_value": 1}


def test_what_an_offending_row_is_about(tmp_path: Path) -> None:
    def touches(line: str) -> tuple[Touch, ...] | None:
        (tmp_path / "sites_known.sql").write_text(_GOOD.replace("-- Do: ", f"{line}-- Do: "), encoding="utf-8")
        return read_catalogue(tmp_path)[0].touches

    assert touches("") is None
    assert touches("-- Touches:      nothing\n") == ()
    assert touches("-- Touches:      worker by worker_id and course_id, site by place\n") == (
        Touch("worker", "worker_id", "course_id"),
        Touch("site", "place"),
    )


def test_offending_rows_are_the_default_expectation(tmp_path: Path) -> None:
    text = "\n".join(line for line in _GOOD.splitlines() if "Expect:" not in line)
    (tmp_path / "plain.sql").write_text(text, encoding="utf-8")
    (check,) = read_catalogue(tmp_path)
    assert check.expectation == NO_ROWS


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("-- Do:           name it\n", "", "no line Do"),
        ("critical", "terrible", "terrible"),
        ("-- Feed:         sites", "-- Feed:         cites", "'cites' is no feed"),
        ("(at least 3)", "(some)", "does not read"),
        ('{"column"', '{"column', "does not read"),
        ("-- Do: ", "-- Touches:      people by worker_id\n-- Do: ", "'people' is no subject"),
        ("-- Do: ", "-- Touches:      worker by worker_id and site\n-- Do: ", "does not read"),
    ],
)
def test_bad_header_names_its_file(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in _GOOD
    (tmp_path / "sites_known.sql").write_text(_GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(ModelError, match=says) as caught:
        read_catalogue(tmp_path)
    assert caught.value.where == "sites_known.sql"
