"""Where a source's files lie: addresses to local paths, with the digest of their bytes.

Owns addresses (any fsspec one; globs in sorted order; ``archive!member``), and the digest by which an unchanged file
is known. No address leaves it with a secret. Does not look into the files. Called by ``gapwatch.loaders.load``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders.archives import is_packed, split_member, unpack
from gapwatch.loaders.refusals import missing

_CHUNK = 1 << 20
_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Fetched:
    """One file to load. ``address`` is relative to the configuration's folder when it lies in there, and
    holds no password; ``path`` is where it can be read now. Of a service: the ``format`` of the file that its
    records became, and the ``cursor`` from which the next load goes on. ``modified``: when the file was last
    changed, in nanoseconds, where that is to be watched.
    """

    address: str
    path: Path
    sha256: str
    size: int
    format: str | None = None
    cursor: str | None = None
    modified: int | None = None

    def is_as_fetched(self) -> bool:
        """Whether the file still is the one whose digest this is, as far as its size and time tell."""
        now = self.path.stat()
        return now.st_size == self.size and self.modified in (None, now.st_mtime_ns)


def fetch(address: str, *, folder: Path, scratch: Path, source: str) -> Iterator[Fetched]:
    """The files of an address, in sorted order; relative addresses start at ``folder``.

    Remote files are copied to ``scratch``, packed ones unpacked there: ``feed.zip`` gives ``feed.zip!a.csv``,
    ``feed.zip!b.csv``, ``feed.csv.gz`` gives ``feed.csv.gz!feed.csv``; ``feed.zip!a*.csv`` takes some alone. Raises
    LoadError when there is none or one cannot be read, ConfigurationError for an address that cannot be one.
    """
    _refuse_password(address, source)
    where = f"source {source}: {without_secrets(address)}"
    address, pattern = split_member(address)
    for number, (name, path) in enumerate(_found(address, folder=folder, scratch=scratch, source=source, where=where)):
        try:
            if not is_packed(name):
                before = path.stat()
                yield Fetched(name, path, _digest(path), before.st_size, modified=before.st_mtime_ns)
                continue
            unpacked = scratch / f"unpacked-{number:04d}"
            for member in sorted(
                unpack(path, name=name, scratch=unpacked, where=f"source {source}, file {name}", pattern=pattern),
                key=lambda each: each.name,
            ):
                yield Fetched(f"{name}!{member.name}", member.path, member.sha256, member.size)
        except OSError as error:
            raise LoadError(
                f"the file cannot be read: {error.strerror}",
                where=f"source {source}, file {name}",
                do="check its rights and the disk; the loads before it stay in force",
            ) from error


def without_secrets(address: str) -> str:
    """The address without user, password, query and fragment, which may hold keys."""
    scheme, mark, rest = address.partition("://")
    if not mark:
        return address
    host, slash, path = rest.partition("/")
    if _names_password(address):
        host, path = host.rpartition("@")[2] if "@" in host else "", path.rpartition("@")[2]
    if scheme.lower() in ("http", "https"):
        path = re.split("[?#]", path, maxsplit=1)[0]
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def _names_password(address: str) -> bool:
    host, _, path = address.partition("://")[2].partition("/")
    if "@" in host:
        return ":" in host.rpartition("@")[0]
    return "@" in path and re.search(r":(?!\d*$)", host) is not None  # a password with a slash in it


def _refuse_password(address: str, source: str) -> None:
    if _names_password(address):
        raise ConfigurationError(
            "the address holds a password",
            where=f"source {source}, path",
            do="take it out of path; name it in the environment, as GAPWATCH_SFTP_PASSWORD or as the service wants it",
        )


def _found(address: str, *, folder: Path, scratch: Path, source: str, where: str) -> Iterator[tuple[str, Path]]:
    """(address to show, path to read) of every file."""
    local = address.removeprefix("file://") if address.startswith("file:///") else address
    if "://" in local:
        from gapwatch.loaders.remote import remote_files

        yield from remote_files(address, scratch=scratch, source=source, where=where)
        return
    for path in _local_paths(local, folder, where):
        yield (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix(), path


def _local_paths(address: str, folder: Path, where: str) -> list[Path]:
    whole = folder / address
    if whole.is_file():
        return [whole]
    if _GLOB.search(address):
        base, pattern = (Path("/"), address.lstrip("/")) if Path(address).is_absolute() else (folder, address)
        found = sorted(path for path in base.glob(pattern) if path.is_file())
        if found:
            return found
    raise missing(where)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
