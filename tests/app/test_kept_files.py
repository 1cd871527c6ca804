"""What the dashboard writes beside the reports: saved views, and who looked."""

from __future__ import annotations

import datetime as dt
import json
import stat
from pathlib import Path

import pytest

from gapwatch.errors import GapwatchError
from gapwatch.warehouse.access_log import log_path, record_access
from gapwatch.warehouse.saved_views import LONGEST_NAME, remove_view, save_view, saved_views

AT = dt.datetime(2026, 3, 14, 6, tzinfo=dt.UTC)


def test_views_are_kept_per_person_and_go_again(tmp_path: Path) -> None:
    save_view(tmp_path, who="ann@example.com", name=" Monday  at BAY1 ", address="/gaps?site=BAY1")
    save_view(tmp_path, who="ann@example.com", name="All", address="/")
    save_view(tmp_path, who="bob@example.com", name="All", address="/events")
    save_view(tmp_path, who="ann@example.com", name="All", address="/gaps")
    assert saved_views(tmp_path, who="ann@example.com") == {"Monday at BAY1": "/gaps?site=BAY1", "All": "/gaps"}
    assert saved_views(tmp_path, who="bob@example.com") == {"All": "/events"}
    remove_view(tmp_path, who="ann@example.com", name="All")
    remove_view(tmp_path, who="ann@example.com", name="never there")
    assert saved_views(tmp_path, who="ann@example.com") == {"Monday at BAY1": "/gaps?site=BAY1"}
    assert saved_views(tmp_path, who="nobody") == {}


@pytest.mark.parametrize("name", ["", "   ", "x" * (LONGEST_NAME + 1)])
def test_a_view_has_a_name_of_a_sensible_length(tmp_path: Path, name: str) -> None:
    with pytest.raises(GapwatchError, match="characters"):
        save_view(tmp_path, who="ann", name=name, address="/")


def test_a_broken_file_of_views_is_named(tmp_path: Path) -> None:
    save_view(tmp_path, who="ann", name="All", address="/")
    (file,) = (tmp_path / "views").iterdir()
    file.write_text("{", encoding="utf-8")
    with pytest.raises(GapwatchError, match="cannot be read") as caught:
        saved_views(tmp_path, who="ann")
    assert file.name in caught.value.where


def test_the_access_log_is_only_appended_to(tmp_path: Path) -> None:
    for page in ("gaps", "worker"):
        record_access(
            tmp_path, at=AT, who="ann", role="officer", did="opened", page=page, scope={"site": "BAY1"}, run_id="r1"
        )
    first, second = log_path(tmp_path).read_text(encoding="utf-8").splitlines()
    assert json.loads(first) == {
        "at": "2026-03-14T06:00:00Z",
        "who": "ann",
        "role": "officer",
        "did": "opened",
        "page": "gaps",
        "scope": {"site": "BAY1"},
        "run_id": "r1",
    }
    assert json.loads(second)["page"] == "worker"
    assert stat.S_IMODE(log_path(tmp_path).stat().st_mode) == 0o600
    with pytest.raises(GapwatchError, match="cannot be written"):
        record_access(tmp_path / "gone", at=AT, who="a", role=None, did="refused", page="", scope={}, run_id=None)
