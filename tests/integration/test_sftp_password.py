"""SFTP with a password, and a file that is shorter than said: paramiko's server, as OpenSSH's asks the system."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest
from loaders.conftest import Loading

from gapwatch.errors import LoadError
from gapwatch.loaders import remote

PASSWORD = "open: se/s@me"  # noqa: S105  # of the server below
CONTENT = b"worker_id,full_name\n" + b"".join(b"W%d,name\n" % number for number in range(9_000))


class Door(paramiko.ServerInterface):  # type: ignore[misc]
    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002
        return "password"

    def check_auth_password(self, username: str, password: str) -> int:
        known = (username, password) == ("ana", PASSWORD)
        return int(paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED)

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002
        return int(paramiko.OPEN_SUCCEEDED)


class Files(paramiko.SFTPServerInterface):  # type: ignore[misc]
    """One file, ``/feed.csv``, that is said to be ``more`` bytes longer than it is."""

    more = 0

    def stat(self, path: str) -> Any:
        if path != "/feed.csv":
            return paramiko.SFTP_NO_SUCH_FILE
        said = paramiko.SFTPAttributes()
        said.st_size, said.st_mode, said.st_mtime, said.st_atime = len(CONTENT) + self.more, 0o100644, 1, 1
        return said

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:  # noqa: ARG002
        if path != "/feed.csv" or flags & (os.O_WRONLY | os.O_RDWR):
            return paramiko.SFTP_PERMISSION_DENIED
        return File(flags)


class File(paramiko.SFTPHandle):  # type: ignore[misc]
    def read(self, offset: int, length: int) -> Any:
        return CONTENT[offset : offset + length] or paramiko.SFTP_EOF

    def stat(self) -> Any:
        return paramiko.SFTPAttributes()


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    key = paramiko.RSAKey.generate(2048)
    listening = socket.create_server(("127.0.0.1", 0))
    running: list[paramiko.Transport] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            running.append(transport)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files)
            transport.start_server(server=Door(), event=threading.Event())

    threading.Thread(target=serve, daemon=True).start()
    port = int(listening.getsockname()[1])
    (tmp_path / "known").write_text(f"[127.0.0.1]:{port} ssh-rsa {key.get_base64()}\n", encoding="ascii")
    monkeypatch.setenv("GAPWATCH_SFTP_KNOWN_HOSTS", str(tmp_path / "known"))
    monkeypatch.delenv("GAPWATCH_SFTP_KEY", raising=False)
    yield port
    listening.close()
    for transport in running:
        transport.close()


def test_a_password_from_the_environment_opens(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    loading = Loading(tmp_path)
    monkeypatch.setenv("GAPWATCH_SFTP_PASSWORD", "another")
    with pytest.raises(LoadError, match="does not let us in"):
        loading.load("workers", file=f"sftp://ana@127.0.0.1:{port}/feed.csv")
    monkeypatch.setenv("GAPWATCH_SFTP_PASSWORD_TEST", PASSWORD)  # the source is named test
    with caplog.at_level("DEBUG"):
        assert len(loading.load("workers", file=f"sftp://ana@127.0.0.1:{port}/feed.csv")) == 9_000
    assert PASSWORD not in caplog.text
    manifests = [path.read_text(encoding="utf-8") for path in loading.warehouse.rglob("manifest.json")]
    assert manifests
    assert all(PASSWORD not in manifest and "ana@" not in manifest for manifest in manifests)


def test_a_file_shorter_than_said_is_not_whole(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAPWATCH_SFTP_PASSWORD", PASSWORD)
    monkeypatch.setattr(remote, "_SILENCE", 5.0)
    monkeypatch.setattr(Files, "more", 100)
    loading = Loading(tmp_path)
    with pytest.raises(LoadError, match="not whole: 97,910 of 98,010 bytes arrived") as raised:
        loading.load("workers", file=f"sftp://ana@127.0.0.1:{port}/feed.csv")
    assert "feed.csv" in raised.value.where
    assert not list((loading.warehouse / "landing").iterdir())
