"""The pictures of all pages: what they wait for, what they call broken, and what the command says."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from gapwatch.dashboard import screenshots
from gapwatch.errors import GapwatchError

_PAGE = """<div data-testid="stApp" data-test-script-state="running"><div data-testid="stMain"><h1>Gaps</h1>
<div data-testid="stPlotlyChart" style="height:1800px;background:#1f5fa8">a figure</div>{more}</div></div>
<script>
  setTimeout(() => {{ document.querySelector('[data-testid=stPlotlyChart]').innerHTML = '<svg class="main-svg"/>';
    document.querySelector('[data-testid=stApp]').dataset.testScriptState = 'notRunning'; }}, 300);
</script>"""


def _taken(chromium: Browser, folder: Path, *, more: str = "") -> list[screenshots.Picture]:
    (folder / "gaps").write_text(f"<!doctype html>{_PAGE.format(more=more)}", encoding="utf-8")
    # a file without an ending is a download to Chromium
    (folder / "gaps").rename(folder / "gaps.html")
    return list(screenshots.take(f"file://{folder}", {"gaps": "gaps.html"}, folder / "out", browser=chromium))


def test_a_page_is_taken_whole_in_each_width_and_theme(chromium: Browser, tmp_path: Path) -> None:
    taken = _taken(chromium, tmp_path)

    names = [picture.file.name for picture in taken]
    assert names == ["gaps-1280-light.png", "gaps-1280-dark.png", "gaps-390-light.png", "gaps-390-dark.png"]
    assert not any(picture.problems for picture in taken)
    width, height = (int.from_bytes(taken[0].file.read_bytes()[at : at + 4]) for at in (16, 20))
    assert width == 1280
    assert height > 1800


def test_a_page_that_shows_an_error_is_told(chromium: Browser, tmp_path: Path) -> None:
    shown = '<div data-testid="stAlertContentError">This page could not be drawn.<br>More</div>'

    assert {picture.problems for picture in _taken(chromium, tmp_path, more=shown)} == {
        ("This page could not be drawn.",)
    }


def test_a_page_that_never_rests_is_named(chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screenshots, "_PATIENCE", 1500)
    with pytest.raises(GapwatchError, match="did not come to rest") as told:
        _taken(chromium, tmp_path, more='<div data-stale="true">old</div>')
    assert str(told.value.where).endswith("gaps.html")


def test_an_unknown_page_ends_the_command(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--config", str(sample), "--out", str(tmp_path), "--page", "gap"]

    assert screenshots.main(asked) == 2
    assert "there is no page gap" in capsys.readouterr().err
