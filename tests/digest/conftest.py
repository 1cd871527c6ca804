"""Fixtures of the digest's tests: a published small world and settings that point to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from digest.world import Rows, publish_world, usual_world

from gapwatch.config import Digest, Settings, Smtp, Warehouse
from gapwatch.reads import Reader

OpenWorld = Callable[[Rows], Reader]


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The usual world, published once; not to be changed."""
    return publish_world(tmp_path_factory.mktemp("usual") / "warehouse", usual_world())


@pytest.fixture
def warehouse(tmp_path: Path, published: Path) -> Path:
    """The test's own warehouse of the usual world."""
    return shutil.copytree(published, tmp_path / "warehouse")


@pytest.fixture
def reader(warehouse: Path) -> Iterator[Reader]:
    """A reader of the usual world."""
    with Reader.open(warehouse) as opened:
        yield opened


@pytest.fixture
def open_world(tmp_path: Path) -> Iterator[OpenWorld]:
    """Publishes a world of the test's own and opens it."""
    opened: list[Reader] = []

    def publish_and_open(world: Rows) -> Reader:
        found = Reader.open(publish_world(tmp_path / f"world-{len(opened)}", world))
        opened.append(found)
        return found

    yield publish_and_open
    for found in opened:
        found.close()


@pytest.fixture
def settings(tmp_path: Path, warehouse: Path) -> Settings:
    """Two managers of a site each and an officer of everything; the SMTP port is the test's to set."""
    recipients = tmp_path / "recipients.csv"
    recipients.write_text(
        "email,name,site\nmeg@example.com,Meg Bay,BAY1\nhal@example.com,Hal Hou,HOU1\nofficer@example.com,Olu,\n",
        encoding="utf-8",
    )
    return Settings(
        folder=tmp_path,
        warehouse=Warehouse(path=warehouse),
        digest=Digest(
            recipients=recipients,
            smtp=Smtp(host="localhost", port=1, security="none", sender="gapwatch <gapwatch@example.com>"),
            dashboard_url="https://gapwatch.example.com",
        ),
    )
