"""Local files: patterns, and files that change while they are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gapwatch.config import Source
from gapwatch.errors import LoadError
from gapwatch.loaders import load, reading

from .conftest import Loading

CONTENT = "worker_id,full_name\nW1,a\n"


@pytest.mark.parametrize("changed", [CONTENT + "W2,b\n", CONTENT[:-5], CONTENT.replace("W1", "W2"), None])
def test_a_file_that_changes_while_it_is_read_lands_nothing(
    loading: Loading, monkeypatch: pytest.MonkeyPatch, changed: str | None
) -> None:
    read = reading.read

    def disturbed(connection: Any, path: Path, **how: Any) -> Any:
        raw = read(connection, path, **how)
        if changed is not None:
            path.write_text(changed, encoding="utf-8")
        return raw

    monkeypatch.setattr(load, "read", disturbed)
    if changed is None:
        assert len(loading.load("workers", CONTENT)) == 1
        return
    with pytest.raises(LoadError, match=r"changed while it was read|cannot be read"):
        loading.load("workers", CONTENT)
    assert not list((loading.warehouse / "landing").iterdir())


def test_a_pattern_takes_files_by_name(loading: Loading) -> None:
    for name in ("feeds/b.csv", "feeds/a.csv", "feeds/c.txt", "feeds/d.csv/x.csv"):
        loading.write(CONTENT, name)
    records = loading.load_each([Source(name="s", feed="workers", path="feeds/*.csv")])
    assert [record.address for record in records] == ["feeds/a.csv", "feeds/b.csv"]
    (record,) = loading.load_each([Source(name="t", feed="workers", path=f"file://{loading.folder}/feeds/c.txt")])
    assert record.address == "feeds/c.txt"


def test_a_name_that_looks_like_a_pattern_is_a_name(loading: Loading) -> None:
    assert len(loading.load("workers", CONTENT, file="feed[1].csv")) == 1
    assert len(loading.load("workers", CONTENT, file="fe'ed, 1.csv")) == 1
