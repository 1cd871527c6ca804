"""Which remedies of a folder were carried out, by what was loaded since.

Owns the reading of a folder's ``remedies.json``; what is done is decided in ``queries/ask/remediate_check.sql``. Called
by the command line.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gapwatch.errors import ConfigurationError
from gapwatch.reads import Reader
from gapwatch.remediate.write import REMEDIES


@dataclass(frozen=True)
class Outcome:
    """What became of one remedy for one finding: ``done``, ``still_open`` or ``superseded``, and how."""

    remedy_id: str
    kind: str
    finding_id: str
    status: str
    detail: str


@dataclass(frozen=True)
class Status:
    """The outcomes, open ones first. ``is_newer`` is false when nothing was loaded since the remedies were written."""

    outcomes: tuple[Outcome, ...]
    is_newer: bool

    def counts(self) -> Counter[str]:
        """How many are done, still open and superseded."""
        return Counter(outcome.status for outcome in self.outcomes)


def status_of(reader: Reader, folder: Path) -> Status:
    """Compare the folder's remedies with that generation. Raises ConfigurationError for a folder without remedies."""
    manifest = _manifest(folder)
    remedies: Sequence[Any] = manifest["remedies"]
    known_at = dt.datetime.fromisoformat(manifest["known_at"]).replace(tzinfo=dt.UTC)
    found = reader.question("remediate_check", remedies=json.dumps(remedies)).fetchall() if remedies else []
    return Status(tuple(Outcome(*row) for row in found), is_newer=reader.run.known_at > known_at)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / REMEDIES
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(manifest, dict) and {"remedies", "known_at"} <= set(manifest):
            return manifest
        what = "it does not list remedies"
    except (OSError, ValueError) as error:
        what = type(error).__name__
    raise ConfigurationError(
        f"the folder's remedies can't be read: {what}",
        where=str(path),
        do="name a folder that was written by: gapwatch remediate --out FOLDER",
    )
