"""A load killed at any moment leaves the loads before it as they were, and the next load cleans up."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gapwatch.config import Settings, Source, Warehouse
from gapwatch.loaders import load_source
from gapwatch.warehouse.landing import landing_folder
from gapwatch.warehouse.ledger import read_loads

KILLED = """
import datetime as dt, os, sys
from pathlib import Path
from gapwatch.config import Settings, Source, Warehouse
from gapwatch.loaders import load_source
from gapwatch.warehouse import landing

step, count = sys.argv[2], int(sys.argv[3])
calls = 0
original = getattr(os, step)
def killing(*args, **kwargs):
    global calls
    calls += 1
    if calls == count:
        os._exit(9)
    return original(*args, **kwargs)
setattr(os, step, killing)
folder = Path(sys.argv[1])
settings = Settings(folder=folder, warehouse=Warehouse(path=folder / "warehouse"))
source = Source(name="hr", feed="workers", path="in/*.csv")
load_source(settings, source, loaded_at=dt.datetime(2026, 3, 9, tzinfo=dt.UTC))
"""


@pytest.mark.parametrize(("step", "count"), [("fsync", 1), ("fsync", 4), ("rename", 1), ("rename", 2), ("rename", 3)])
def test_killed(tmp_path: Path, step: str, count: int) -> None:
    settings = Settings(folder=tmp_path, warehouse=Warehouse(path=tmp_path / "warehouse"))
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        (tmp_path / "in" / f"{name}.csv").write_text("worker_id\nW1\n")
    source = Source(name="hr", feed="workers", path="in/*.csv")
    load_source(settings, source, loaded_at=dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
    before = read_loads(settings.warehouse.path)
    (tmp_path / "in" / "b.csv").write_text("worker_id\nW1\nW2\n")
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), step, str(count)],
        capture_output=True,
        check=False,
        env=os.environ,
    )
    if ended.returncode == 9:
        assert read_loads(settings.warehouse.path).equals(before)
    else:
        assert ended.returncode == 0  # the step does not occur that often: the load is complete
        assert (step, count) == ("rename", 3)
    load_source(settings, source, loaded_at=dt.datetime(2026, 3, 16, tzinfo=dt.UTC))
    left = {path.name for path in landing_folder(settings.warehouse.path).iterdir()}
    assert left == set(read_loads(settings.warehouse.path)["load_id"].to_pylist())
