"""Packed files: every file in an archive is a file of the batch, named ``<archive>!<member>``.

Owns what is packed (by its ending: gz, bz2, xz, zst; zip, tar and packed tar), which members count, and the refusal of
what cannot be read whole: encrypted, cut off, or far larger than it may be. Knows nothing of what is in a file.
Called by ``gapwatch.loaders.fetch``.
"""

from __future__ import annotations

import bz2
import errno
import fnmatch
import gzip
import hashlib
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from gapwatch.errors import LoadError

_CHUNK: Final = 1 << 20
_PACKED: Final = {".gz": "gz", ".bz2": "bz2", ".xz": "xz", ".zst": "zst"}
_TARS: Final = {".tgz": "gz", ".tbz2": "bz2", ".txz": "xz", ".tzst": "zst"}
_MOST_MEMBERS: Final = 10_000
_HARMLESS: Final = 256 << 20  # bytes that a packed file may always become
_RATIO: Final = 200  # beyond that, bytes out of one byte in
_DISK: Final = (errno.ENOSPC, errno.EDQUOT, errno.EIO)  # not the archive's fault
_DAMAGED: Final = (
    EOFError,
    OSError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class Member:
    """One unpacked file: its name in the archive, where it lies now, and the digest and size of its bytes."""

    name: str
    path: Path
    sha256: str
    size: int


def split_member(address: str) -> tuple[str, str | None]:
    """An address and the pattern of members behind its ``!``, if there is one."""
    archive, mark, pattern = address.rpartition("!")
    return (archive, pattern) if mark and pattern and is_packed(archive) else (address, None)


def is_packed(address: str) -> bool:
    """Whether the address ends like an archive or a packed file."""
    ending = PurePosixPath(address).suffix.lower()
    return ending in _PACKED or ending in _TARS or ending in (".zip", ".tar")


def unpack(path: Path, *, name: str, scratch: Path, where: str, pattern: str | None = None) -> Iterator[Member]:
    """The files in a packed one (``name`` says how it is packed), by name; with a ``pattern``, those it matches.

    Folders, hidden files and what macOS adds are no files. Raises LoadError for no file, and for an archive that is
    damaged, encrypted or a bomb.
    """
    limit = _Limit(max(_HARMLESS, _RATIO * path.stat().st_size), where)
    scratch.mkdir()
    found = 0
    try:
        for number, (member, stream) in enumerate(_members(path, name, where)):
            if pattern is not None and not fnmatch.fnmatchcase(member, pattern):
                continue
            found += 1
            target = scratch / f"{number:05d}"
            yield _written(member, stream, target, limit)
    except _DAMAGED as error:
        if isinstance(error, OSError) and error.errno in _DISK:
            raise
        raise LoadError(
            "the archive is damaged or of an unknown kind",
            where=where,
            do="check that the export completed and was copied whole; zip, tar, gz, bz2, xz and zst can be read",
        ) from error
    if not found:
        raise LoadError(
            "the archive holds no such file" if pattern else "the archive holds no file",
            where=where,
            do="check the export, and the name behind the ! in path",
        )


class _Limit:
    """How many bytes may still come out of one archive."""

    def __init__(self, size: int, where: str) -> None:
        self._left, self._size, self._where = size, size, where

    def take(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise LoadError(
                f"the archive becomes larger than {self._size / 2**20:,.0f} MB, over {_RATIO} times its own size",
                where=self._where,
                do="check what it is; if it is right, unpack it before it is loaded",
            )


def _written(name: str, stream: IO[bytes], target: Path, limit: _Limit) -> Member:
    digest = hashlib.sha256()
    size = 0
    with target.open("wb") as copy:
        while chunk := stream.read(_CHUNK):
            limit.take(len(chunk))
            digest.update(chunk)
            copy.write(chunk)
            size += len(chunk)
    return Member(name, target, digest.hexdigest(), size)


def _members(path: Path, name: str, where: str) -> Iterator[tuple[str, IO[bytes]]]:
    """(name, stream) of every file, in order of the names."""
    base = PurePosixPath(name).name
    ending = PurePosixPath(base).suffix.lower()
    inner = base[: -len(ending)]
    if ending == ".zip":
        yield from _zipped(path, where)
    elif ending == ".tar":
        yield from _tarred(path, None, where)
    elif ending in _TARS or inner.lower().endswith(".tar"):
        yield from _tarred(path, _TARS.get(ending) or _PACKED[ending], where)
    else:
        with _unpacked(path, _PACKED[ending]) as stream:
            yield inner, stream


def _zipped(path: Path, where: str) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(path) as archive:
        members = [each for each in archive.infolist() if not each.is_dir() and _counts(each.filename)]
        _check_number(len(members), where)
        for member in sorted(members, key=lambda each: each.filename):
            if member.flag_bits & 1:
                raise LoadError(
                    f"the file {member.filename} in the archive is encrypted",
                    where=where,
                    do="have it exported without a password, or decrypt it before it is loaded",
                )
            with archive.open(member) as stream:
                yield member.filename, stream


def _tarred(path: Path, packing: str | None, where: str) -> Iterator[tuple[str, IO[bytes]]]:
    names: dict[str, None] = {}
    with _unpacked(path, packing) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:  # in the order they lie there: a stream cannot go back
            if not member.isfile() or not _counts(member.name):
                continue
            _check_number(len(names) + 1, where)
            if member.name in names:
                raise LoadError(f"the archive holds {member.name} twice", where=where, do="have it packed anew")
            names[member.name] = None
            file = archive.extractfile(member)
            if file is not None:
                yield member.name, file


def _counts(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return bool(parts) and not any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _check_number(members: int, where: str) -> None:
    if members > _MOST_MEMBERS:
        raise LoadError(
            f"the archive holds more than {_MOST_MEMBERS:,} files", where=where, do="check what it is; split it"
        )


def _unpacked(path: Path, packing: str | None) -> AbstractContextManager[Any]:
    if packing == "gz":
        return gzip.open(path)
    if packing == "bz2":
        return bz2.open(path)
    if packing == "xz":
        return lzma.open(path)
    return _zstandard(path) if packing == "zst" else path.open("rb")


@contextmanager
def _zstandard(path: Path) -> Iterator[IO[bytes]]:
    import pyarrow as pa

    with pa.OSFile(str(path)) as packed, pa.CompressedInputStream(packed, "zstd") as stream:
        yield stream
