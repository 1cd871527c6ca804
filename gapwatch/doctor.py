"""What stands in the way of a run on this machine: the installation, the settings, the sources, the
warehouse.

Owns the list of findings and their wording. Changes nothing, loads nothing, shows no secret and no
personal data. Called by ``gapwatch doctor``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.metadata
import os
import re
import shutil
import socket
import sys
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import duckdb

from gapwatch.config import Settings, Source, load_settings
from gapwatch.errors import GapwatchError, WarehouseBusy
from gapwatch.reads import Reader
from gapwatch.shipped import query_folder
from gapwatch.warehouse.generations import current_run_id, generation_path
from gapwatch.warehouse.lock import warehouse_lock

_OLD: Final = dt.timedelta(days=7)
_SCARCE: Final = 200 * 2**20
_ENOUGH: Final = 2 * 2**30
_GLOB = re.compile(r"[*?\[]")


class Health(StrEnum):
    """``warn`` leaves a run possible, ``fail`` does not."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``do`` says what to do about it, empty when it is in order."""

    name: str
    status: Health
    detail: str
    do: str = ""


def diagnose(config_path: Path) -> list[Finding]:
    """Everything a run needs, in the order in which it needs it; never raises for what it finds.

    Without a configuration that reads, only the machine is looked at.
    """
    findings = [_python(), *_packages(), _extras(), _queries(), _time_zones()]
    try:
        settings = load_settings(config_path)
    except GapwatchError as error:
        return [*findings, Finding("settings", Health.FAIL, _place(error), error.do)]
    count = len(settings.sources)
    found = Finding("settings", Health.OK, f"{config_path.name}: {count} {'source' if count == 1 else 'sources'}")
    if not count:
        found = Finding("settings", Health.FAIL, "no source is configured", "add [[sources]] to the configuration")
    return [
        *findings,
        found,
        _policy(settings),
        *(_source(source, folder=settings.folder) for source in settings.sources),
        _warehouse(settings),
        _disk(settings),
        *_published(settings),
        *_mail(settings),
        _dashboard(),
        _browser(),
    ]


def _place(error: GapwatchError) -> str:
    return f"{error.what} ({error.where})" if error.where else error.what


def _python() -> Finding:
    return Finding("python", Health.OK, ".".join(str(part) for part in sys.version_info[:3]))


def _packages() -> Iterator[Finding]:
    found: list[str] = []
    for line in importlib.metadata.requires("gapwatch") or []:
        if "extra ==" in line:
            continue
        name = re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            yield Finding(f"package {name}", Health.FAIL, "is not installed", "run: pip install -e .")
    yield Finding("packages", Health.OK, ", ".join(found))


def _extras() -> Finding:
    """Optional packages; a source that needs one that is missing says so itself."""
    missing: dict[str, list[str]] = {}
    for line in importlib.metadata.requires("gapwatch") or []:
        extra = re.search(r"""extra == ['"](\w+)['"]""", line)
        name = re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]
        if extra is None or name == "gapwatch" or extra.group(1) in ("tests", "bench"):
            continue
        missing.setdefault(extra.group(1), [])
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing[extra.group(1)].append(name)
    told = [f"{extra}: {'without ' + ', '.join(names) if names else 'installed'}" for extra, names in missing.items()]
    wanted = ",".join(extra for extra, names in missing.items() if names)
    do = f"if a source needs it: pip install 'gapwatch[{wanted}]'" if wanted else ""
    return Finding("extras", Health.OK, "; ".join(told) or "none", do)


def _queries() -> Finding:
    count = len(list(query_folder().rglob("*.sql")))
    if count:
        return Finding("queries", Health.OK, f"{count} SQL files in {query_folder()}")
    return Finding("queries", Health.FAIL, f"no SQL in {query_folder()}", "install gapwatch again")


def _time_zones() -> Finding:
    row = duckdb.connect().execute("select count(*) from pg_timezone_names()").fetchone()
    in_duckdb, in_python = row[0] if row else 0, len(zoneinfo.available_timezones())
    if in_duckdb and in_python:
        return Finding("time zones", Health.OK, f"{in_python} in Python, {in_duckdb} in DuckDB")
    return Finding("time zones", Health.FAIL, "no time zone data", "run: pip install tzdata")


def _policy(settings: Settings) -> Finding:
    from gapwatch.loaders.policy import read_policy

    try:
        read_policy(settings.policy.path, organisation_timezone=settings.organisation.timezone)
    except GapwatchError as error:
        return Finding("policy", Health.FAIL, _place(error), error.do or "correct the policy table")
    return Finding("policy", Health.OK, str(settings.policy.path))


def _source(source: Source, *, folder: Path) -> Finding:
    name = f"source {source.name}"
    if source.service is not None:
        return _service(source)
    shown = re.sub(r"://[^/@]*@", "://", source.path)
    try:
        files = _count_files(source.path, folder=folder)
    except Exception as error:
        # any kind of network, file or plug-in failure means the same to the reader: not reachable
        detail = f"{shown} cannot be reached: {type(error).__name__}"
        return Finding(name, Health.FAIL, detail, "check the address, the network and the credentials")
    if not files:
        return Finding(name, Health.FAIL, f"no file at {shown}", "check path, or whether the export has run")
    return Finding(name, Health.OK, f"{files} {'file' if files == 1 else 'files'} at {shown}")


def _service(source: Source) -> Finding:
    from gapwatch.loaders.services.path import shown
    from gapwatch.loaders.services.readiness import lacks

    found = lacks(source)
    if found is not None:
        return Finding(f"source {source.name}", Health.FAIL, found[0], found[1])
    return Finding(f"source {source.name}", Health.OK, f"{shown(source.path)} listens, and its secrets are set")


def _count_files(address: str, *, folder: Path) -> int:
    import fsspec

    system, path = fsspec.core.url_to_fs(address if "://" in address else str(folder / address))
    if _GLOB.search(path) and not system.exists(path):
        return len(system.glob(path))
    return int(system.isfile(path))


def _warehouse(settings: Settings) -> Finding:
    path = settings.warehouse.path
    existing = next(place for place in (path, *path.parents) if place.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        return Finding("warehouse", Health.FAIL, f"{existing} cannot be written", "give this user the folder")
    if not path.is_dir():
        return Finding("warehouse", Health.OK, f"{path} will be made by the first run")
    try:
        with warehouse_lock(path):
            return Finding("warehouse", Health.OK, f"{path} can be written, and nobody holds it")
    except WarehouseBusy as error:
        return Finding("warehouse", Health.WARN, error.what, error.do)


def _disk(settings: Settings) -> Finding:
    path = settings.warehouse.path
    free = shutil.disk_usage(next(place for place in (path, *path.parents) if place.exists())).free
    needed = _ENOUGH
    if current_run_id(path) is not None:
        with contextlib.suppress(GapwatchError, OSError):  # the finding on the generation says so
            needed = max(needed, 3 * generation_path(path).stat().st_size)
    detail = f"{free / 2**30:.1f} GB free"
    if free < _SCARCE:
        return Finding("disk", Health.FAIL, detail, "free some space where the warehouse lies")
    if free < needed:
        return Finding("disk", Health.WARN, f"{detail}, {needed / 2**30:.1f} GB advised", "free some space")
    return Finding("disk", Health.OK, detail)


def _published(settings: Settings) -> Iterator[Finding]:
    path = settings.warehouse.path
    if current_run_id(path) is None:
        yield Finding("published", Health.WARN, "nothing is published yet", "run: gapwatch run")
        return
    try:
        with Reader.open(path) as reader:
            run = reader.run
            _, rows = reader.rows(
                "select count(distinct check_id) from check_results where severity = 'critical' and status <> 'pass'"
            )
    except (GapwatchError, duckdb.Error) as error:
        yield Finding("published", Health.FAIL, str(error).partition("\n")[0], "run: gapwatch run")
        return
    age = dt.datetime.now(dt.UTC) - run.known_at
    detail = f"{run.run_id}, as of {run.as_of:%Y-%m-%d %H:%M} UTC, newest load {age.days} days ago"
    if age > _OLD:
        yield Finding("published", Health.WARN, detail, "see whether the nightly run still happens")
    else:
        yield Finding("published", Health.OK, detail)
    critical = int(rows[0][0])
    if critical:
        yield Finding("checks", Health.WARN, f"{critical} critical checks fail", "see the page /quality")
    else:
        yield Finding("checks", Health.OK, "no critical check fails")


def _mail(settings: Settings) -> Iterator[Finding]:
    recipients, smtp = settings.digest.recipients, settings.digest.smtp
    if recipients is not None and not recipients.is_file():
        yield Finding("recipients", Health.FAIL, f"there is no {recipients}", "correct digest.recipients")
    if smtp is None:
        yield Finding("mail", Health.OK, "no mail server is configured; the digest goes to a folder")
        return
    missing = [name for name in ("GAPWATCH_SMTP_USER", "GAPWATCH_SMTP_PASSWORD") if not os.environ.get(name)]
    detail = f"{smtp.host}:{smtp.port}, {smtp.security}"
    if len(missing) == 1:
        yield Finding("mail", Health.FAIL, f"{detail}; {missing[0]} is not set", "set it in the environment")
    elif missing:
        yield Finding("mail", Health.WARN, f"{detail}; no user is set, so it sends without signing in", "")
    else:
        yield Finding("mail", Health.OK, f"{detail}; user and password are set")


def _dashboard() -> Finding:
    address = os.environ.get("STREAMLIT_SERVER_ADDRESS", "127.0.0.1")
    if address not in ("127.0.0.1", "localhost", "::1"):
        detail = f"the dashboard would listen on {address}: others could read personal data without signing in"
        return Finding("dashboard", Health.WARN, detail, "unset STREAMLIT_SERVER_ADDRESS, or put a proxy before it")
    with socket.socket() as probe:
        busy = probe.connect_ex(("127.0.0.1", 8501)) == 0
    if busy:
        return Finding("dashboard", Health.WARN, "port 8501 is in use", "use: gapwatch serve --port N")
    return Finding("dashboard", Health.OK, "listens on 127.0.0.1 only; port 8501 is free")


def _browser() -> Finding:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return Finding("browser", Health.OK, f"{found}, for the browser tests")
    return Finding("browser", Health.OK, "no Chromium; only the browser tests need it")
