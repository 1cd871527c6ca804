"""A load that is killed while a service is read: nothing of it counts, and the next load goes on from the last one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from .conftest import Place
from .http_service import HttpService, stall
from .test_rest_cursors import DAYS, changed, ids, source


def test_a_load_killed_between_two_pages(place: Place, service: HttpService) -> None:
    service.records = [changed("E1", "2026-02-01T10:00:00Z")]
    place.load(source(service), at=DAYS[0])
    service.records += [changed(f"E{day}", f"2026-02-0{day}T10:00:00Z") for day in range(2, 8)]
    service.faults.extend([None, stall])
    asked = len(service.asked)
    command = [sys.executable, "-m", "gapwatch", "load", "--config", str(place.folder / "gapwatch.toml")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))
    end = time.monotonic() + 60
    while len(service.asked) < asked + 2:
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(place.records) == 1
    service.faults.clear()
    answer = place.load(at=DAYS[1])
    assert answer.code == 0, answer.err
    assert ids(place) == [f"E{day}" for day in range(2, 8)]
    assert [path.name for path in (place.warehouse / "landing").iterdir() if path.name.startswith(".tmp")] == []
