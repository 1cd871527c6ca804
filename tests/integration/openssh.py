"""OpenSSH's own server on a free port of the loopback, with a host key, a user key and a folder of its own."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_SFTP_SERVERS = ("/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/libexec/sftp-server")


@dataclass(frozen=True)
class OpenSsh:
    """A running server. ``files`` is a folder that its user can read; ``user_key`` opens it without a passphrase."""

    port: int
    folder: Path

    @property
    def files(self) -> Path:
        return self.folder / "files"

    @property
    def user_key(self) -> Path:
        return self.folder / "user_key"

    @property
    def host_key(self) -> str:
        """Type and text of the server's public key."""
        return " ".join((self.folder / "host_key.pub").read_text(encoding="ascii").split()[:2])

    def address(self, name: str) -> str:
        return f"sftp://{getpass.getuser()}@127.0.0.1:{self.port}{self.files}/{name}"

    def subsystem(self, script: str) -> None:
        """What answers from now on, instead of the SFTP server itself: a shell script, in which ``$SERVER`` is that."""
        (self.folder / "subsystem").write_text(f"#!/bin/sh\nSERVER={sftp_server()}\n{script}\n", encoding="ascii")


def sftp_server() -> str:
    """Where OpenSSH keeps the program; skips, or fails with CI=true, where there is none."""
    found = next((path for path in _SFTP_SERVERS if Path(path).exists()), None)
    if found is None or sshd() is None:
        missing = "OpenSSH's server is not installed (Debian: openssh-server)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


def sshd() -> str | None:
    return shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@contextmanager
def openssh(folder: Path) -> Iterator[OpenSsh]:
    """A server that runs as long as the context."""
    sftp_server()
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where it locks itself in when root starts it
    for key in ("host_key", "user_key"):
        _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", str(folder / key))
    (folder / "files").mkdir()
    shutil.copy(folder / "user_key.pub", folder / "authorized_keys")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    server = OpenSsh(port, folder)
    server.subsystem("exec $SERVER")
    (folder / "subsystem").chmod(0o755)
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host_key\nPidFile {folder}/sshd.pid\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n"
        f"PasswordAuthentication yes\nSubsystem sftp {folder}/subsystem\n",
        encoding="ascii",
    )
    program = sshd()
    assert program
    with (folder / "sshd.log").open("wb") as log:
        process = subprocess.Popen([program, "-D", "-e", "-f", str(folder / "sshd_config")], stdout=log, stderr=log)
    try:
        _wait_for(port, process, folder)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"sshd did not start: {(folder / 'sshd.log').read_text(encoding='utf-8')}")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
