"""Where a source's files lie: addresses to local paths, with the digest of their bytes.

Owns addresses (any fsspec one; globs in sorted order), copies of remote files in a scratch folder, and the
digest by which an unchanged file is known. Does not look into the files. Called by ``gapwatch.loaders.load``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fsspec
from fsspec.implementations.local import LocalFileSystem

from gapwatch.errors import LoadError

_CHUNK = 1 << 20
_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Fetched:
    """One file to load. ``address`` is relative to the configuration's folder when it lies in there, and
    holds no password; ``path`` is where it can be read now. Of a service: the ``format`` of the file that its
    records became, and the ``cursor`` from which the next load goes on.
    """

    address: str
    path: Path
    sha256: str
    size: int
    format: str | None = None
    cursor: str | None = None


def fetch(address: str, *, folder: Path, scratch: Path, source: str) -> Iterator[Fetched]:
    """The files of an address, in sorted order; relative addresses start at ``folder``.

    Remote files are copied to ``scratch``. Raises LoadError when there is none or one cannot be read.
    """
    where = f"source {source}: {_without_password(address)}"
    if "://" not in address:
        yield from (_local(path, folder=folder, where=where) for path in _local_paths(address, folder, where))
        return
    try:
        system, path = fsspec.core.url_to_fs(address)
        if isinstance(system, LocalFileSystem):
            found = _local_paths(path, folder, where)
            yield from (_local(each, folder=folder, where=where) for each in found)
            return
        names = sorted(system.glob(path)) if _GLOB.search(path) else [path]
        if not names:
            raise _missing(where)
        scheme = address.partition("://")[0]
        for number, name in enumerate(names):
            copy = scratch / f"{number:04d}-{Path(name).name}"
            system.get_file(name, str(copy))
            yield Fetched(_without_password(f"{scheme}://{name}"), copy, _digest(copy), copy.stat().st_size)
    except FileNotFoundError as error:
        raise _missing(where) from error
    except (OSError, ValueError, ImportError) as error:
        raise LoadError(
            f"the address cannot be read: {type(error).__name__}",
            where=where,
            do="check the address, the network and the credentials in the environment",
        ) from error


def _local_paths(address: str, folder: Path, where: str) -> list[Path]:
    whole = folder / address
    if whole.is_file():
        return [whole]
    if _GLOB.search(address):
        base, pattern = (Path("/"), address.lstrip("/")) if Path(address).is_absolute() else (folder, address)
        found = sorted(path for path in base.glob(pattern) if path.is_file())
        if found:
            return found
    raise _missing(where)


def _local(path: Path, *, folder: Path, where: str) -> Fetched:
    try:
        address = path.relative_to(folder).as_posix()
    except ValueError:
        address = path.as_posix()
    try:
        return Fetched(address, path, _digest(path), path.stat().st_size)
    except OSError as error:
        raise LoadError(f"the file cannot be read: {error.strerror}", where=where) from error


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _missing(where: str) -> LoadError:
    return LoadError(
        "there is no such file",
        where=where,
        do="check path in [[sources]], or whether the export has run; the loads before it stay in force",
    )


def _without_password(address: str) -> str:
    return re.sub(r"://[^/@]*@", "://", address)
