"""The bench of loading: what it prints, and that it measures a whole load."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gapwatch.bench.loading import main


def test_json_holds_the_measurements(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rows", "3000", "--format", "json", "--folder", str(tmp_path)]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert measured["rows"] == 3000
    assert measured["ratio"] == pytest.approx(measured["load_seconds"] / measured["floor_seconds"])
    assert measured["peak_rss_mb"] > 50
    assert list(tmp_path.iterdir()) == []


def test_the_table_says_the_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rows", "200"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["rows", "200", "(0", "MB)"]
    assert any(line.startswith("load to floor ") for line in lines)
