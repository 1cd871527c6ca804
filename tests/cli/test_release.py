"""``gapwatch release``: a held load is named with its command, let in, and counts from the next build on."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from command import Answer, gapwatch

from gapwatch.errors import ConfigurationError

CASE = Path(__file__).parent.parent / "cases" / "worked" / "terminated_account_still_used"
FIRST, SECOND, LATER = "2026-02-10T06:00:00Z", "2026-02-11T06:00:00Z", "2026-02-12T06:00:00Z"


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published company whose second load of workers is held; not to be changed."""
    folder = tmp_path_factory.mktemp("held") / "company"
    shutil.copytree(CASE, folder)
    file = folder / "feeds" / "workers.csv"
    header, *rows = file.read_text(encoding="utf-8").splitlines()
    more = [f"X{number}" + "," * header.count(",") for number in range(120)]
    file.write_text("\n".join([header, *rows, *more]) + "\n", encoding="utf-8")
    assert call(folder, "run", "--loaded-at", FIRST).code == 0
    file.write_text("\n".join([header, *rows, more[0]]) + "\n", encoding="utf-8")
    return folder


def call(folder: Path, command: str, *arguments: str) -> Answer:
    return gapwatch(command, *arguments, "--config", str(folder / "gapwatch.toml"))


def count(folder: Path, *arguments: str, of: str = "staged_workers") -> int:
    answer = call(folder, "sql", f"select count(*) as n from {of}", "--format", "json", *arguments)
    return int(json.loads(answer.out)[0]["n"])


def test_from_held_to_counted(held: Path) -> None:
    answer = call(held, "run", "--loaded-at", SECOND)
    assert answer.code == 3
    command = re.search(r'gapwatch (release (\S+) --config \S+ --by "…" --reason "…")', answer.err)
    assert command, answer.err
    whole = count(held)
    assert whole > 120
    listed = call(held, "release")
    assert listed.code == 0
    assert command.group(1) in listed.out
    assert "fewer (max_shrink_pct = 20)" in listed.out

    load = command.group(2)
    answer = call(held, "release", load, "--by", "J. Officer", "--reason", "a site was sold", "--released-at", LATER)
    assert answer.code == 0, answer.err
    assert count(held) == whole  # until the next build
    assert call(held, "build").code == 0
    assert count(held) == whole - 119
    assert count(held, "--known-at", SECOND) == whole  # what was answered before the release
    assert count(held, of="loads where status = 'held'") == 0
    assert count(held, "--known-at", SECOND, of="loads where status = 'held'") == 1
    assert count(held, of="loads where reason like 'released by J. Officer on %: a site was sold (was held: %'") == 1
    assert call(held, "release").out == "no load is held\n"


def test_usage(company: Path) -> None:
    for arguments in (["X"], ["X", "--by", "a"], ["X", "--reason", "a"], ["--by", "a"]):
        assert call(company, "release", *arguments).code == 2
    answer = call(company, "release", "20260211T060000000000Z-job-001", "--by", "a", "--reason", "b")
    assert answer.code == ConfigurationError.exit_code
    assert "nothing is held; near names are 20260211T060000000000Z-jobs-001" in answer.err
