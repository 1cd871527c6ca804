"""Releases: who let a held load in, when and why; one file per batch, beside the landing zone.

    <warehouse>/releases/<batch>.json

Owns that file and its crash safety: it is there whole or not at all, and is never changed. The manifest of the load
stays as it was, so an answer by an earlier known-at stays what it was, too. Decides nothing about which loads may be
released. Written by ``gapwatch.loaders.release`` under the warehouse's lock; read with the manifests.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Release:
    """One decision. ``loads`` is the SHA-256 of each load's file by load id, so that the release of one file never
    lets another in. ``released_at`` is an aware UTC instant.
    """

    batch: str
    released_at: dt.datetime
    released_by: str
    reason: str
    loads: Mapping[str, str]


def read_releases(warehouse: Path) -> dict[str, Release]:
    """All releases by batch."""
    found = {}
    for file in sorted(_folder(warehouse).glob("[!.]*.json")):
        written = json.loads(file.read_text(encoding="utf-8"))
        release = Release(**written | {"released_at": dt.datetime.fromisoformat(written["released_at"])})
        found[release.batch] = release
    return found


def write_release(warehouse: Path, release: Release) -> None:
    """Make the release count, in one step that a crash cannot halve."""
    folder = _folder(warehouse)
    folder.mkdir(parents=True, exist_ok=True)
    at = release.released_at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    beside = folder / f".{release.batch}"
    with beside.open("w", encoding="utf-8") as file:
        file.write(json.dumps(asdict(release) | {"released_at": at}, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / f"{release.batch}.json")
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _folder(warehouse: Path) -> Path:
    return warehouse / "releases"
