"""The run: load, build, check, publish. Also builds the generation of any other as-of or known-at.

Owns the order of these steps, the parameters of a run, and when a generation may be published. Decides no rule:
those are in ``queries/``. Called by the command line and the dashboard.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from gapwatch import __version__
from gapwatch.checks import CheckResult, judge_batch, run_checks
from gapwatch.config import Settings
from gapwatch.errors import NothingPublished
from gapwatch.identity import create_candidates, matcher
from gapwatch.inputs import create_inputs
from gapwatch.loaders import load_all
from gapwatch.loaders.policy import Policy, read_policy
from gapwatch.modelling import all_models, build_models, models_after_checks
from gapwatch.warehouse.generations import (
    generation_folder,
    generation_path,
    prune,
    publish,
    remove_unfinished_generations,
    unfinished_generation,
)
from gapwatch.warehouse.landing import LoadRecord, read_manifests
from gapwatch.warehouse.lock import warehouse_lock
from gapwatch.warehouse.room import room_needed

Progress = Callable[[str], None]
_KEPT_GENERATIONS = 12


@dataclass(frozen=True)
class Generation:
    """What one build made. Instants are aware UTC."""

    run_id: str
    path: Path
    as_of: dt.datetime
    known_at: dt.datetime
    checks: tuple[CheckResult, ...]

    @property
    def blocking(self) -> tuple[CheckResult, ...]:
        """The blocking checks that did not pass."""
        return tuple(check for check in self.checks if check.is_blocking)


def run(
    settings: Settings,
    *,
    loaded_at: dt.datetime,
    as_of: dt.datetime | None = None,
    known_at: dt.datetime | None = None,
    progress: Progress | None = None,
) -> tuple[list[LoadRecord], Generation]:
    """Load every source, build, check and publish. ``loaded_at`` and the parameters are aware instants.

    A held load keeps the data before it in force and does not stop the run; the caller says so. Raises what
    ``build`` and the loaders raise; until then nothing is published.
    """
    with warehouse_lock(settings.warehouse.path):
        records = load(settings, loaded_at=loaded_at, progress=progress)
        return records, build(settings, as_of=as_of, known_at=known_at, progress=progress)


def load(settings: Settings, *, loaded_at: dt.datetime, progress: Progress | None = None) -> list[LoadRecord]:
    """Load every source, each batch checked before it counts. Raises what the loaders raise."""
    with room_needed(settings.warehouse.path):
        return load_all(settings, loaded_at=loaded_at, progress=progress, judge=judge_batch)


def build(
    settings: Settings,
    *,
    as_of: dt.datetime | None = None,
    known_at: dt.datetime | None = None,
    publishing: bool = True,
    progress: Progress | None = None,
) -> Generation:
    """Build a generation from the landing zone and the policy, check it, and publish it unless told otherwise.

    Both parameters default to the newest load, ``known_at`` to the newest release when that is later. Raises
    NothingPublished when nothing was loaded by ``known_at``
    or when a blocking check fails; the published generation is then as it was.
    """
    warehouse = settings.warehouse.path
    with warehouse_lock(warehouse):
        remove_unfinished_generations(warehouse)
        generation = _make(settings, _parameters(settings, as_of=as_of, known_at=known_at), progress=progress)
        if generation.blocking:
            names = ", ".join(check.check_id for check in generation.blocking)
            if publishing:
                generation.path.unlink()
                raise NothingPublished(
                    f"blocking checks failed: {names}",
                    where="; ".join(check.detail for check in generation.blocking)[:500],
                    do="mend the data or the policy and run again; the last published generation is still in force",
                )
        if publishing:
            publish(warehouse, generation.run_id)
            prune(warehouse, keep=_KEPT_GENERATIONS)
    return generation


def generation_for(
    settings: Settings,
    *,
    as_of: dt.datetime | None = None,
    known_at: dt.datetime | None = None,
    progress: Progress | None = None,
) -> Path:
    """The file of a generation with these parameters, from the same loads, policy and models: an existing one,
    else one built now. It is not published. Takes no lock: loads are immutable and the file is new.
    """
    parameters = _parameters(settings, as_of=as_of, known_at=known_at)
    for path in sorted(generation_folder(settings.warehouse.path).glob(f"*-{parameters.fingerprint}.duckdb")):
        return path
    return _make(settings, parameters, progress=progress).path


@dataclass(frozen=True)
class _Parameters:
    as_of: dt.datetime
    known_at: dt.datetime
    policy: Policy
    fingerprint: str


def _parameters(settings: Settings, *, as_of: dt.datetime | None, known_at: dt.datetime | None) -> _Parameters:
    records = read_manifests(settings.warehouse.path)
    loaded = [record for record in records if record.status != "held"]
    if not loaded:
        raise NothingPublished(
            "nothing has been loaded",
            where=str(settings.warehouse.path),
            do="run: gapwatch load, then gapwatch build",
        )
    newest = max(record.loaded_at for record in loaded)
    policy = read_policy(settings.policy.path, organisation_timezone=settings.organisation.timezone)
    # A release is knowledge, too: what was answered before it must come out the same again.
    newest_known = max([newest, *(record.released_at for record in loaded if record.released_at)])
    as_of, known_at = as_of or newest, known_at or newest_known
    if not any(max(record.loaded_at, record.released_at or record.loaded_at) <= known_at for record in loaded):
        raise NothingPublished(
            f"nothing had been loaded by {known_at.isoformat()}",
            do=f"choose a known-at from {min(record.loaded_at for record in loaded).isoformat()} on",
        )
    material = [
        __version__,
        as_of.isoformat(),
        known_at.isoformat(),
        policy.sha256,
        settings.organisation.model_dump(mode="json"),
        [source.model_dump(mode="json") for source in settings.sources],
        [(record.load_id, record.status, str(record.released_at)) for record in records],
        sorted(model.sha256 for model in (all_models() | models_after_checks()).values()),
        matcher(),
        settings.licences.model_dump(mode="json"),
    ]
    fingerprint = hashlib.sha256(json.dumps(material, sort_keys=True).encode()).hexdigest()[:12]
    return _Parameters(as_of, known_at, policy, fingerprint)


def _make(settings: Settings, parameters: _Parameters, *, progress: Progress | None) -> Generation:
    warehouse = settings.warehouse.path
    run_id = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S%f}-{parameters.fingerprint}"
    with (
        room_needed(warehouse),
        unfinished_generation(warehouse, run_id) as folder,
        duckdb.connect(
            str(folder / f"{run_id}.duckdb"), config={"temp_directory": str(folder / "spill")}
        ) as connection,
    ):
        connection.execute("set timezone = 'UTC'")
        connection.execute("set preserve_insertion_order = false")
        create_inputs(
            connection,
            settings,
            run_id=run_id,
            as_of=parameters.as_of,
            known_at=parameters.known_at,
            policy=parameters.policy,
        )
        build_models(connection, all_models(), progress=progress)
        offered = create_candidates(connection)
        if progress and offered:
            progress(f"{offered:,} probable matches of accounts without a person: gapwatch identity")
        checks = run_checks(connection)
        build_models(connection, models_after_checks())
        if progress:
            failed = sum(check.status != "pass" for check in checks)
            progress(f"{len(checks)} checks, {failed} did not pass")
    path = generation_path(warehouse, run_id=run_id)
    return Generation(run_id, path, parameters.as_of, parameters.known_at, tuple(checks))
