"""Files over SFTP, from OpenSSH's own server: known hosts, keys, patterns, and transfers that go wrong."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from loaders.conftest import Loading

from gapwatch.config import Source
from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders import remote

from .openssh import OpenSsh, openssh

CONTENT = "worker_id,full_name\n007,Ana\n"
BIG = "worker_id,full_name\n" + "".join(f"W{number},name {number}\n" for number in range(60_000))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSsh]:
    with openssh(tmp_path_factory.mktemp("openssh")) as running:
        yield running


@pytest.fixture(autouse=True)
def known(server: OpenSsh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The server is known and the key in the environment; no agent."""
    path = tmp_path / "known_hosts"
    path.write_text(f"[127.0.0.1]:{server.port} {server.host_key}\n", encoding="ascii")
    monkeypatch.setenv("GAPWATCH_SFTP_KNOWN_HOSTS", str(path))
    monkeypatch.setenv("GAPWATCH_SFTP_KEY", str(server.user_key))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    for file in server.files.iterdir():
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    server.subsystem("exec $SERVER")
    return path


@pytest.fixture
def loading(tmp_path: Path) -> Loading:
    return Loading(tmp_path)


def refused(loading: Loading, address: str) -> LoadError:
    """The error of a load that must land nothing, and leave the one before in force."""
    before = [row["worker_id"] for row in loading.load("workers", CONTENT)]
    landed = sorted((loading.warehouse / "landing").iterdir())
    with pytest.raises(LoadError) as raised:
        loading.load("workers", file=address)
    assert sorted((loading.warehouse / "landing").iterdir()) == landed
    assert [row["worker_id"] for row in loading.rows()] == before
    return raised.value


def test_a_file_is_loaded_with_a_key(loading: Loading, server: OpenSsh) -> None:
    (server.files / "feed.csv").write_text(CONTENT, encoding="utf-8")
    rows = loading.load("workers", file=server.address("feed.csv"))
    assert [row["worker_id"] for row in rows] == ["007"]
    assert loading.record.address == f"sftp://127.0.0.1:{server.port}{server.files}/feed.csv"
    assert "@" not in loading.record.address
    loading.load("workers", file=server.address("feed.csv"))
    assert loading.record.status == "unchanged"


def test_a_big_file_arrives_whole(loading: Loading, server: OpenSsh) -> None:
    (server.files / "feed.csv").write_text(BIG, encoding="utf-8")
    loading.load("workers", file=server.address("feed.csv"))
    assert loading.record.rows_accepted == 60_000


def test_a_pattern_takes_the_files_by_name_and_no_folders(loading: Loading, server: OpenSsh) -> None:
    for name in ("b.csv", "a.csv", "c.txt", "e f#1?.csv"):
        (server.files / name).write_text(CONTENT.replace("007", name), encoding="utf-8")
    (server.files / "d.csv").mkdir()
    (server.files / "link.csv").symlink_to(server.files / "a.csv")
    records = loading.load_each([Source(name="s", feed="workers", path=server.address("*.csv"))])
    assert [record.address.rpartition("/")[2] for record in records] == ["a.csv", "b.csv", "e f#1?.csv", "link.csv"]


def test_an_archive_is_unpacked(loading: Loading, server: OpenSsh) -> None:
    (server.files / "feed.csv").write_text(CONTENT, encoding="utf-8")
    subprocess.run(["tar", "czf", "feed.tgz", "feed.csv"], cwd=server.files, check=True)  # noqa: S607
    assert len(loading.load("workers", file=server.address("*.tgz!feed.csv"))) == 1


@pytest.mark.parametrize("name", ["nothing.csv", "nothing/*.csv", "*.nothing"])
def test_a_missing_file_is_an_error(loading: Loading, server: OpenSsh, name: str) -> None:
    error = refused(loading, server.address(name))
    assert error.what == "there is no such file"
    assert name in error.where


def test_an_unknown_server_gets_nothing(loading: Loading, server: OpenSsh, known: Path) -> None:
    known.write_text("", encoding="ascii")
    error = refused(loading, server.address("feed.csv"))
    assert f"[127.0.0.1]:{server.port} is not known" in error.what
    told = subprocess.run(
        ["ssh-keygen", "-lf", str(server.folder / "host_key.pub")],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split()[1] in error.what  # the fingerprint that the owner of the server sees, too
    assert str(known) in error.do


def test_a_server_with_another_key_gets_nothing(loading: Loading, server: OpenSsh, known: Path) -> None:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(known.parent / "other")],  # noqa: S607
        check=True,
    )
    other = (known.parent / "other.pub").read_text(encoding="ascii")
    known.write_text(f"[127.0.0.1]:{server.port} {other}", encoding="ascii")
    error = refused(loading, server.address("feed.csv"))
    assert "shows another key than the known one" in error.what
    assert "Nothing was sent" in error.do


def test_hashed_known_hosts_are_read(loading: Loading, server: OpenSsh, known: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(known)], check=True, capture_output=True)  # noqa: S607
    assert "127.0.0.1" not in known.read_text(encoding="ascii")
    (server.files / "feed.csv").write_text(CONTENT, encoding="utf-8")
    assert len(loading.load("workers", file=server.address("feed.csv"))) == 1


def test_no_known_hosts_is_a_configuration_error(
    loading: Loading, server: OpenSsh, known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.unlink()
    with pytest.raises(ConfigurationError, match="no file of known hosts"):
        loading.load("workers", file=server.address("feed.csv"))
    monkeypatch.delenv("GAPWATCH_SFTP_KNOWN_HOSTS")
    with pytest.raises(ConfigurationError, match="no file of known hosts"):
        loading.load("workers", file=server.address("feed.csv"))


def test_a_wrong_key_or_password_is_refused_and_not_shown(
    loading: Loading, server: OpenSsh, known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = known.parent / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other)], check=True)  # noqa: S607
    monkeypatch.setenv("GAPWATCH_SFTP_KEY", str(other))
    assert "does not let us in" in refused(loading, server.address("feed.csv")).what
    monkeypatch.delenv("GAPWATCH_SFTP_KEY")
    monkeypatch.setenv("GAPWATCH_SFTP_PASSWORD", "not-the-word")
    error = refused(loading, server.address("feed.csv"))
    assert "does not let us in" in error.what
    assert "not-the-word" not in str(error)


def test_a_key_with_a_passphrase(
    loading: Loading, server: OpenSsh, known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = known.parent / "locked"
    shutil.copy(server.user_key, key)
    key.chmod(0o600)
    subprocess.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", "open sesame", "-f", str(key)], check=True)  # noqa: S607
    (server.files / "feed.csv").write_text(CONTENT, encoding="utf-8")
    monkeypatch.setenv("GAPWATCH_SFTP_KEY", str(key))
    with pytest.raises(ConfigurationError, match="has a passphrase"):
        loading.load("workers", file=server.address("feed.csv"))
    monkeypatch.setenv("GAPWATCH_SFTP_PASSPHRASE", "wrong")
    with pytest.raises(ConfigurationError, match="its passphrase is another"):
        loading.load("workers", file=server.address("feed.csv"))
    monkeypatch.setenv("GAPWATCH_SFTP_PASSPHRASE_TEST", "open sesame")  # the source is named test
    assert len(loading.load("workers", file=server.address("feed.csv"))) == 1
    monkeypatch.setenv("GAPWATCH_SFTP_KEY", str(known))
    with pytest.raises(ConfigurationError, match="cannot be read"):
        loading.load("workers", file=server.address("feed.csv"))


def test_no_server_is_an_error(loading: Loading) -> None:
    error = refused(loading, "sftp://ana@127.0.0.1:1/feed.csv")
    assert "no SFTP connection to [127.0.0.1]:1" in error.what


def test_a_transfer_that_breaks_off_lands_nothing(loading: Loading, server: OpenSsh) -> None:
    (server.files / "feed.csv").write_text(BIG, encoding="utf-8")
    server.subsystem("$SERVER | stdbuf -o0 head -c 400000")
    error = refused(loading, server.address("feed.csv"))
    assert "feed.csv" in error.where
    server.subsystem("exec $SERVER")
    loading.load("workers", file=server.address("feed.csv"))
    assert loading.record.rows_accepted == 60_000


def test_a_transfer_that_stalls_ends(loading: Loading, server: OpenSsh, monkeypatch: pytest.MonkeyPatch) -> None:
    (server.files / "feed.csv").write_text(BIG, encoding="utf-8")
    server.subsystem("$SERVER | (stdbuf -o0 head -c 400000; sleep 20)")
    monkeypatch.setattr(remote, "_SILENCE", 1.0)
    assert refused(loading, server.address("feed.csv")).what == "the server sent nothing for 1 s"


def test_a_server_that_never_begins_is_given_up(
    loading: Loading, server: OpenSsh, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.subsystem("sleep 20")
    monkeypatch.setattr(remote, "_SILENCE", 1.0)
    assert refused(loading, server.address("feed.csv")).what == "the server sent nothing for 1 s"


@pytest.mark.parametrize("change", ["appended", "replaced", "cut"])
def test_a_file_that_changes_while_it_is_copied_lands_nothing(
    loading: Loading, server: OpenSsh, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    file = server.files / "feed.csv"
    file.write_text(BIG, encoding="utf-8")
    pour = remote._pour

    def disturbed(*streams: Any) -> int:
        received = pour(*streams)
        if change == "appended":
            with file.open("a", encoding="utf-8") as more:
                more.write("W1,more\n")
        elif change == "replaced":
            file.write_text("x" * len(BIG), encoding="utf-8")
            subprocess.run(["touch", "-d", "2030-01-01", str(file)], check=True)  # noqa: S607
        else:
            file.write_text(CONTENT, encoding="utf-8")
        return received

    monkeypatch.setattr(remote, "_pour", disturbed)
    assert "changed while it was copied" in refused(loading, server.address("feed.csv")).what


def test_a_page_in_place_of_the_file_lands_nothing(loading: Loading, server: OpenSsh) -> None:
    (server.files / "feed.csv").write_text("<!DOCTYPE html>\n<html><body>Sign in</body></html>\n", encoding="utf-8")
    assert "HTML page" in refused(loading, server.address("feed.csv")).what
