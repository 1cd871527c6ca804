"""Files that lie elsewhere, copied whole: SFTP, S3 and its kin, plain HTTP, any other fsspec address.

Owns connections, patterns over remote names, and the proof that a copy is complete: as long as the server said before
and after, and unchanged in between. Looks into no file. Called by ``gapwatch.loaders.fetch``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

import fsspec

from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders.refusals import forbidden, missing, not_installed, stalled, truncated

_CHUNK: Final = 1 << 18
_SILENCE: Final = 60.0  # seconds without a byte, after which a source has stalled
_EXTRAS: Final = {"s3": "s3", "s3a": "s3"}
_PREFETCHED: Final = 64  # requests of a file under way at once
_ATTEMPTS: Final = 3  # of a request to S3


def remote_files(address: str, *, scratch: Path, source: str, where: str) -> Iterator[tuple[str, Path]]:
    """(address without secrets, local copy) of every file of a remote address, by name.

    Raises LoadError when there is none, or one cannot be copied whole; ConfigurationError for an address or a key
    that cannot work.
    """
    scheme = address.partition("://")[0].lower()
    if scheme in ("http", "https"):
        try:
            from gapwatch.loaders.http_file import copy_http
        except ImportError as error:
            raise not_installed("services", where) from error
        yield copy_http(address, scratch=scratch, where=where, silence_seconds=_SILENCE)
        return
    with _system(address, scheme, source=source, where=where) as (system, path):
        try:
            names = sorted(system.glob(path)) if any(mark in path for mark in "*?[") else [path]
            found = [(name, info) for name in names if (info := system.info(name))["type"] != "directory"]
            if not found:
                raise missing(where)
            for number, (name, info) in enumerate(found):
                target = scratch / f"{number:04d}-{Path(name).name[-80:]}"
                _copy(system, name, info, target, where=f"{where}, file {Path(name).name}")
                yield _shown(address, scheme, name), target
        except LoadError:
            raise
        except FileNotFoundError:
            raise missing(where) from None
        except PermissionError:
            raise forbidden(where) from None
        except TimeoutError:
            raise stalled(where, _SILENCE) from None
        except Exception as error:  # each file system has errors of its own, and their texts may hold secrets
            raise LoadError(
                f"the address cannot be read: {type(error).__name__}",
                where=where,
                do="check the address, the network and the credentials in the environment",
            ) from None


@contextmanager
def _system(address: str, scheme: str, *, source: str, where: str) -> Iterator[tuple[Any, str]]:
    if scheme in ("sftp", "ssh"):
        try:
            from gapwatch.loaders.sftp import close_sftp, open_sftp
        except ImportError as error:
            raise not_installed("sftp", where) from error
        system = open_sftp(address, source=source, where=where, silence_seconds=_SILENCE)
        try:
            yield system, urlsplit(address.replace("?", "%3F").replace("#", "%23")).path.replace("%3F", "?")
        finally:
            close_sftp(system)
        return
    options: dict[str, Any] = {"skip_instance_cache": True}
    if scheme in _EXTRAS:
        retries = {"max_attempts": _ATTEMPTS, "mode": "standard"}
        options["config_kwargs"] = {"connect_timeout": 20, "read_timeout": _SILENCE, "retries": retries}
    try:
        yield fsspec.core.url_to_fs(address, **options)
    except ImportError as error:
        raise not_installed(_EXTRAS.get(scheme), where) from error
    except ValueError as error:
        raise ConfigurationError(
            f"{scheme}:// is no kind of address that can be read",
            where=where,
            do="write a path, or an address that starts with sftp://, s3:// or https://",
        ) from error


def _copy(system: Any, name: str, before: dict[str, Any], target: Path, *, where: str) -> None:
    with system.open(name, "rb") as source, target.open("wb") as copy:
        prefetch = getattr(source, "prefetch", None)
        if prefetch is not None and before["size"]:  # paramiko's: without it each chunk waits for the one before
            prefetch(before["size"], max_concurrent_requests=_PREFETCHED)
        received = _pour(source, copy)
    system.invalidate_cache()
    after = system.info(name)
    if any(before.get(what) != after.get(what) for what in ("size", "mtime", "LastModified", "ETag")):
        raise LoadError(
            "the file was changed while it was copied",
            where=where,
            do="load it again when the export has completed; have it written under another name and then renamed",
        )
    if received != after["size"]:
        raise truncated(where, received, after["size"])


def _pour(source: BinaryIO, target: BinaryIO) -> int:
    received = 0
    while chunk := source.read(_CHUNK):
        target.write(chunk)
        received += len(chunk)
    return received


def _shown(address: str, scheme: str, name: str) -> str:
    """The address of one file, without user and password."""
    if scheme not in ("sftp", "ssh", "ftp"):
        return name if "://" in name else f"{scheme}://{name}"
    return f"{scheme}://{urlsplit(address).netloc.rpartition('@')[2]}/{name.lstrip('/')}"
