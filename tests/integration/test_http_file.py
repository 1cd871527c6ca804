"""Plain files over HTTP, from a server that answers well, or not."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from loaders.conftest import Loading

from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders import remote

CONTENT = b"worker_id,full_name\n007,Ana\n"


def answer(status: str = "200 OK", body: bytes = CONTENT, *headers: str, length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", "Connection: close"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


class Server:
    """Answers every request with the bytes that ``answers`` has for its path."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[socket.socket], None] | bytes] = {}
        self.asked: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                request = connection.recv(65536).decode("latin-1")
                self.asked.append(request)
                reply = self.answers.get(request.split(" ")[1], answer("404 Not Found", b""))
                try:
                    reply(connection) if callable(reply) else connection.sendall(reply)
                except OSError:
                    continue


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running = Server()
    yield running
    running.close()


@pytest.fixture
def loading(tmp_path: Path) -> Loading:
    return Loading(tmp_path)


def test_a_file_is_loaded_and_its_query_is_no_part_of_the_ledger(loading: Loading, server: Server) -> None:
    server.answers["/feed.csv?token=secret"] = answer()
    rows = loading.load("workers", file=server.address("/feed.csv?token=secret"))
    assert [row["worker_id"] for row in rows] == ["007"]
    assert loading.record.address == server.address("/feed.csv")


def test_a_redirect_is_followed(loading: Loading, server: Server) -> None:
    server.answers["/old.csv"] = answer("302 Found", b"", f"Location: {server.address('/new')}")
    server.answers["/new"] = answer()
    assert len(loading.load("workers", file=server.address("/old.csv"))) == 1


def test_a_body_in_chunks_is_whole(loading: Loading, server: Server) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n%s\r\n" % (len(CONTENT), CONTENT)
    server.answers["/feed.csv"] = head + chunk + b"0\r\n\r\n"
    assert len(loading.load("workers", file=server.address("/feed.csv"))) == 1
    server.answers["/feed.csv"] = head + chunk
    with pytest.raises(LoadError, match="did not arrive"):
        loading.load("workers", file=server.address("/feed.csv"))


def stall(connection: socket.socket) -> None:
    connection.sendall(answer(length=1000))
    time.sleep(4)


@pytest.mark.parametrize(
    ("reply", "what"),
    [
        (answer(length=1000), "did not arrive"),
        (answer("200 OK", b"<html>Sign in</html>", "Content-Type: text/html; charset=utf-8"), "HTML page"),
        (answer("200 OK", b"\n <!doctype HTML>\n", "Content-Type: text/csv"), "HTML page"),
        (answer("500 Internal Server Error", b"secret"), "answered 500"),
        (answer("204 No Content", b""), "answered 204"),
        (answer("401 Unauthorized", b""), "does not let us read"),
        (answer("403 Forbidden", b""), "does not let us read"),
        (answer("404 Not Found", b""), "no such file"),
        (answer("200 OK", b""), "empty"),
        (answer("200 OK", CONTENT, "Content-Encoding: gzip"), "packs the file"),
        (b"no HTTP at all\r\n\r\n", "did not arrive"),
        (answer("302 Found", b"", "Location: /feed.csv"), "did not arrive"),
        (stall, "sent nothing for 1 s"),
    ],
)
def test_what_is_not_the_whole_file_lands_nothing(
    loading: Loading,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    reply: Callable[[socket.socket], None] | bytes,
    what: str,
) -> None:
    monkeypatch.setattr(remote, "_SILENCE", 1.0)
    loading.load("workers", CONTENT)
    landed = sorted((loading.warehouse / "landing").iterdir())
    server.answers["/feed.csv"] = reply
    with pytest.raises(LoadError, match=what) as raised:
        loading.load("workers", file=server.address("/feed.csv"))
    assert "secret" not in str(raised.value)
    assert "127.0.0.1" in raised.value.where
    assert sorted((loading.warehouse / "landing").iterdir()) == landed


def test_no_server_is_an_error(loading: Loading) -> None:
    with pytest.raises(LoadError, match="did not arrive"):
        loading.load("workers", file="http://127.0.0.1:1/feed.csv")


def test_an_unknown_kind_of_address_is_an_error(loading: Loading) -> None:
    with pytest.raises(ConfigurationError, match="no kind of address") as raised:
        loading.load("workers", file="gopher://host/feed.csv")
    assert "sftp://" in raised.value.do
