"""Packed files: each file in them is loaded under its own name; damaged, encrypted and oversized ones are refused."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders import archives
from gapwatch.loaders.fetch import fetch, without_secrets

from .conftest import FIRST, Loading

CONTENT = b"worker_id,full_name\nW1,a\n"


def zstandard(content: bytes) -> bytes:
    return bytes(pa.compress(content, codec="zstd", asbytes=True))


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        folder = tarfile.TarInfo("feeds")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


@pytest.mark.parametrize(
    ("ending", "pack"),
    [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress), ("zst", zstandard)],
)
def test_a_packed_file_is_read_under_its_own_name(
    loading: Loading, ending: str, pack: Callable[[bytes], bytes]
) -> None:
    rows = loading.load("workers", pack(CONTENT), file=f"feed.csv.{ending}")
    assert [row["worker_id"] for row in rows] == ["W1"]
    assert loading.record.address == f"feed.csv.{ending}!feed.csv"
    assert (loading.record.sha256, loading.record.bytes) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    loading.load("workers", pack(CONTENT), file=f"feed.csv.{ending}")
    assert loading.record.status == "unchanged"


@pytest.mark.parametrize(
    ("ending", "pack"),
    [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress), ("zst", zstandard)],
)
def test_a_packed_file_of_two_parts_is_whole(loading: Loading, ending: str, pack: Callable[[bytes], bytes]) -> None:
    rows = loading.load("workers", pack(CONTENT) + pack(b"W2,b\n"), file=f"feed.csv.{ending}")
    assert [row["worker_id"] for row in rows] == ["W1", "W2"]


@pytest.mark.parametrize(
    ("ending", "pack"),
    [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress), ("zst", zstandard), ("zip", None)],
)
def test_a_cut_or_damaged_archive_lands_nothing(
    loading: Loading, ending: str, pack: Callable[[bytes], bytes] | None
) -> None:
    content = CONTENT + b"".join(b"W%d,name %d\n" % (number, number * 7919) for number in range(2, 5000))
    packed = pack(content) if pack else zipped({"feed.csv": content})
    for broken in (packed[: len(packed) // 2], b"no archive"):
        with pytest.raises(LoadError, match="damaged") as raised:
            loading.load("workers", broken, file=f"feed.csv.{ending}")
        assert f"feed.csv.{ending}" in raised.value.where
    assert not list((loading.warehouse / "landing").iterdir())


FILES = {
    "feeds/b.csv": b"worker_id\nW2\n",
    "feeds/a.csv": b"worker_id\nW1\n",
    "__MACOSX/feeds/._a.csv": b"\0",
    ".hidden.csv": b"x",
}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.zip", zipped(FILES)),
        ("x.tar", tarred(FILES)),
        ("x.tar.gz", gzip.compress(tarred(FILES))),
        ("x.tgz", gzip.compress(tarred(FILES))),
        ("x.tar.bz2", bz2.compress(tarred(FILES))),
        ("x.tar.xz", lzma.compress(tarred(FILES))),
        ("x.tar.zst", zstandard(tarred(FILES))),
    ],
)
def test_every_file_of_an_archive_is_a_file_of_the_batch(loading: Loading, name: str, content: bytes) -> None:
    loading.write(content, name)
    found = list(fetch(name, folder=loading.folder, scratch=scratch(loading), source="s"))
    assert [(file.address, file.path.read_bytes()) for file in found] == [
        (f"{name}!feeds/a.csv", b"worker_id\nW1\n"),
        (f"{name}!feeds/b.csv", b"worker_id\nW2\n"),
    ]
    assert [row["worker_id"] for row in loading.load("workers", file=f"{name}!*/b.csv")] == ["W2"]
    assert loading.record.address == f"{name}!feeds/b.csv"
    with pytest.raises(LoadError, match="no such file") as raised:
        loading.load("workers", file=f"{name}!c.csv")
    assert name in raised.value.where


def scratch(loading: Loading) -> Path:
    folder = loading.folder / "scratch"
    folder.mkdir()
    return folder


def test_a_cut_tar_lands_nothing(loading: Loading) -> None:
    with pytest.raises(LoadError, match="damaged"):
        loading.load("workers", tarred({"a.csv": CONTENT * 99})[:1500], file="x.tar")


def test_an_empty_archive_is_an_error(loading: Loading) -> None:
    with pytest.raises(LoadError, match="holds no file"):
        loading.load("workers", zipped({}), file="x.zip")


def test_an_encrypted_zip_is_named_as_such(loading: Loading) -> None:
    plain = bytearray(zipped({"a.csv": CONTENT}))
    plain[6] |= 1  # the flag of the local header
    plain[plain.index(b"PK\x01\x02") + 8] |= 1  # and that of the directory
    with pytest.raises(LoadError, match=r"a\.csv in the archive is encrypted") as raised:
        loading.load("workers", bytes(plain), file="x.zip")
    assert "without a password" in raised.value.do


@pytest.mark.parametrize("name", ["x.zip", "x.csv.gz", "x.tar.gz"])
def test_a_bomb_is_refused_before_it_fills_the_disk(
    loading: Loading, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(archives, "_HARMLESS", 1 << 20)
    zeros = CONTENT + b"W1,a\n" * (1 << 18)
    content = {
        "x.zip": lambda: zipped({"a.csv": zeros}),
        "x.csv.gz": lambda: gzip.compress(zeros),
        "x.tar.gz": lambda: gzip.compress(tarred({"a.csv": zeros})),
    }[name]()
    with pytest.raises(LoadError, match="larger than"):
        loading.load("workers", content, file=name)
    monkeypatch.setattr(archives, "_HARMLESS", 1 << 24)
    assert len(loading.load("workers", file=name)) == 1
    assert loading.record.rows_read == 1 + (1 << 18)


def test_too_many_members_are_refused(loading: Loading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_MOST_MEMBERS", 2)
    for name, pack in (("x.zip", zipped), ("x.tar", tarred)):
        with pytest.raises(LoadError, match="more than 2 files"):
            loading.load("workers", pack({f"{number}.csv": CONTENT for number in range(3)}), file=name)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("sftp://ana@host:22/x.csv", "sftp://host:22/x.csv"),
        ("sftp://ana:secret@host/x.csv", "sftp://host/x.csv"),
        ("sftp://ana:sec@ret@host/x.csv", "sftp://host/x.csv"),
        ("sftp://ana:sec/ret@host/x.csv", "sftp:///host/x.csv"),
        ("https://host:8443/a@b/x.csv?token=secret#secret", "https://host:8443/a@b/x.csv"),
        ("s3://bucket/a@b.csv", "s3://bucket/a@b.csv"),
        ("feeds/a:b@c.csv", "feeds/a:b@c.csv"),
    ],
)
def test_no_address_shows_a_secret(address: str, shown: str) -> None:
    assert without_secrets(address) == shown


@pytest.mark.parametrize("address", ["sftp://ana:secret@host/x.csv", "https://u:sec/ret@host/x.csv"])
def test_a_password_in_an_address_is_refused(loading: Loading, address: str) -> None:
    with pytest.raises(ConfigurationError, match="holds a password") as raised:
        loading.load("workers", file=address)
    assert "sec" not in str(raised.value)


def test_a_file_made_by_the_common_command_lines_is_read(loading: Loading) -> None:
    loading.write(CONTENT, "feed.csv")
    subprocess.run(["tar", "czf", "feed.tar.gz", "feed.csv"], cwd=loading.folder, check=True)  # noqa: S607
    assert len(loading.load("workers", file="feed.tar.gz", at=FIRST)) == 1
