"""Two kills of whole runs, at a change of the warehouse and by the clock; two hundred are a command, see ``kills``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent.parent


def test_two_kills() -> None:
    """In a process of its own: runs are forked, and a fork wants a parent without threads."""
    ended = subprocess.run(
        [sys.executable, "-m", "warehouse.kills", "--kills", "2", "--seed", "1000", "--workers", "20"],
        cwd=TESTS,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{TESTS}:{TESTS.parent}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=1_500,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "2 kills" in ended.stdout.splitlines()[-1]
