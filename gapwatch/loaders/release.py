"""Letting a held load in: which loads may be, and what is recorded of it.

Owns the choice (held, of that warehouse, its whole batch) and nothing of how a release lies on disk. The next build
counts what was released. Called by the command line.
"""

from __future__ import annotations

import datetime as dt
import difflib
from pathlib import Path

from gapwatch.errors import ConfigurationError
from gapwatch.warehouse.landing import LoadRecord, read_manifests
from gapwatch.warehouse.ledger import newest_batch
from gapwatch.warehouse.lock import warehouse_lock
from gapwatch.warehouse.releases import Release, write_release


def held_loads(warehouse: Path) -> list[LoadRecord]:
    """The loads that are held now, the newest first."""
    held = [record for record in read_manifests(warehouse) if record.status == "held"]
    return sorted(held, key=lambda record: (record.loaded_at, record.sequence, record.load_id), reverse=True)


def release_load(
    warehouse: Path, load_id: str, *, reason: str, by: str, at: dt.datetime | None = None
) -> list[LoadRecord]:
    """Let in the load, and with it all files of its batch: they were judged together. Returns them as they are now.

    ``load_id`` may be the batch's name. ``at`` (aware) defaults to the clock, and is never before the load. Raises
    ConfigurationError when there is no such load, when it is not held, or when nobody or no reason is named.
    """
    who, why = " ".join(by.split()), " ".join(reason.split())
    if not who or not why:
        raise ConfigurationError(
            "a release says who lets the load in, and why", where=load_id, do="give both --by and --reason a text"
        )
    with warehouse_lock(warehouse):
        records = read_manifests(warehouse)
        named = _named(records, load_id, warehouse=warehouse)
        batch = [record for record in records if record.batch == named.batch]
        loaded_at = named.loaded_at.astimezone(dt.UTC)
        if at is not None and at < loaded_at:
            raise ConfigurationError(
                f"load {named.load_id} came at {loaded_at:%Y-%m-%dT%H:%M:%SZ}, after that release",
                where="--released-at",
                do="name an instant from then on, or none",
            )
        release = Release(
            batch=named.batch,
            released_at=(at or max(dt.datetime.now(dt.UTC), loaded_at)).astimezone(dt.UTC),
            released_by=who,
            reason=why,
            loads={record.load_id: record.sha256 for record in batch},
        )
        write_release(warehouse, release)
        return [record for record in read_manifests(warehouse) if record.batch == named.batch]


def newer_in_force(warehouse: Path, record: LoadRecord) -> LoadRecord | None:
    """A load of the same source that is newer than that one and in force, or None."""
    newest = newest_batch(read_manifests(warehouse), source=record.source)
    if newest and (newest[0].loaded_at, newest[0].sequence) > (record.loaded_at, record.sequence):
        return newest[0]
    return None


def _named(records: list[LoadRecord], load_id: str, *, warehouse: Path) -> LoadRecord:
    found = next((record for record in records if load_id in (record.load_id, record.batch)), None)
    held = sorted(record.load_id for record in records if record.status == "held")
    if found is None:
        near = difflib.get_close_matches(load_id, held or [record.load_id for record in records], n=3, cutoff=0.0)
        raise ConfigurationError(
            f"there is no load {load_id}",
            where=str(warehouse),
            do=f"{'held are' if held else 'nothing is held; near names are'} {', '.join(near)}"
            if near
            else "load something first: gapwatch load",
        )
    if found.released_at is not None:
        raise ConfigurationError(
            f"load {found.load_id} has been released already", where=found.reason or "", do="run: gapwatch build"
        )
    if found.status != "held":
        raise ConfigurationError(
            f"load {found.load_id} is not held; its status is {found.status}",
            where=str(warehouse),
            do=f"held are {', '.join(held)}" if held else "nothing is held: there is nothing to release",
        )
    return found
