"""The roles file: who gets which role, and what is wrong with a row."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from gapwatch.errors import ConfigurationError
from gapwatch.viewers import read_roles

HEADER = "email,subject,role,sites,period_from,period_to\n"


def _roles(folder: Path, *rows: str) -> Path:
    path = folder / "roles.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_people_are_known_by_subject_and_by_address(tmp_path: Path) -> None:
    roles = read_roles(
        _roles(
            tmp_path,
            "Ann@Example.com,,officer,,,",
            ",u-17,site_manager,REF2;BAY1,,",
            "aud@example.com,,auditor,BAY1,2026-01-01,2026-06-30",
        )
    )
    ann = roles.viewer(subject="anything", email=" ann@example.COM ")
    assert ann is not None
    assert ann.sees_everything
    manager = roles.viewer(subject="u-17", email=None)
    assert manager is not None
    assert manager.sites == ("BAY1", "REF2")
    auditor = roles.viewer(subject=None, email="aud@example.com")
    assert auditor is not None
    assert (auditor.period_from, auditor.period_to) == (dt.date(2026, 1, 1), dt.date(2026, 6, 30))
    assert roles.viewer(subject=None, email="nobody@example.com") is None
    assert roles.viewer(subject=None, email=None) is None


def test_the_same_people_from_toml(tmp_path: Path) -> None:
    path = tmp_path / "roles.toml"
    path.write_text('[[people]]\nemail = "m@example.com"\nrole = "site_manager"\nsites = ["BAY1", "REF2"]\n')
    viewer = read_roles(path).viewer(subject=None, email="m@example.com")
    assert viewer is not None
    assert viewer.sites == ("BAY1", "REF2")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("a@example.com,,boss,,,", "'boss' is no role"),
        (",,officer,,,", "both empty"),
        ("a@example.com,,site_manager,,,", "none is"),
        ("a@example.com,,officer,BAY1,,", "for all sites"),
        ("a@example.com,,auditor,,2026-01-01,", "reads a period"),
        ("a@example.com,,auditor,,2026-07-01,2026-06-30", "reads a period"),
        ("a@example.com,,auditor,,January,2026-06-30", "no date"),
        ("a@example.com,,officer,,2026-01-01,2026-06-30", "has no period"),
        ("a@example.com,,officer,,,,more", "unknown column"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as caught:
        read_roles(_roles(tmp_path, "fine@example.com,,officer,,,", row))
    assert "row 3" in caught.value.where
    assert "a@example.com" not in str(caught.value)


def test_nobody_is_named_twice_and_the_file_is_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="twice"):
        read_roles(_roles(tmp_path, "a@example.com,,officer,,,", "A@example.com,,integration_owner,,,"))
    with pytest.raises(ConfigurationError, match="not there"):
        read_roles(tmp_path / "other.csv")
    with pytest.raises(ConfigurationError, match="names nobody"):
        read_roles(_roles(tmp_path))
