"""An HTTP service on a loopback port: lists in the five ways of paging, three kinds of sign-in, and faults on order.

Owns the peer of the REST tests. Every answer goes over a real socket; a fault is played once per request queued.
"""

from __future__ import annotations

import base64
import json
import socket
import ssl
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it arrived. Header names are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str = ""


Fault = Callable[["Handler"], None]
Answerer = Callable[[Asked], tuple[int, dict[str, str], Any]]


@dataclass
class HttpService:
    """The service; use it in a ``with``. ``records`` is the list that every path but ``/token`` gives out."""

    records: list[Any] = field(default_factory=lambda: [{"id": f"E{number}"} for number in range(1, 8)])
    size: int = 3
    faults: deque[Fault | None] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    allows: Callable[[Asked], bool] = lambda _: True
    answers: dict[str, Answerer] = field(default_factory=dict)
    tokens: int = 0
    token_uses: int = 1_000_000
    token_lasts: int = 3600
    tls: ssl.SSLContext | None = None

    def __enter__(self) -> Self:
        bound = type("Bound", (Handler,), {"peer": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), bound)
        self._server.daemon_threads = True
        if self.tls is not None:
            # the handshake belongs to the connection's thread: a client that breaks it off must not stop the server
            self._server.socket = self.tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def lists(self) -> list[Asked]:
        """The requests for a list."""
        return [asked for asked in self.asked if asked.path != "/token"]

    def answer(self, asked: Asked) -> tuple[int, dict[str, str], Any]:
        """Status, headers and JSON body of a good answer."""
        if asked.path in self.answers:
            return self.answers[asked.path](asked)
        if asked.path == "/token":
            return self._token(asked)
        if not self.allows(asked):
            return 401, {}, {"error": "unauthorized"}
        records = self.records
        if "since" in asked.query:
            records = [record for record in records if record["changed"] >= asked.query["since"]]
        return self._page(asked, records)

    def _page(self, asked: Asked, records: list[Any]) -> tuple[int, dict[str, str], Any]:
        size, query, base = self.size, asked.query, f"{self.url}{asked.path}"
        if asked.path == "/page":
            start = (int(query["page"]) - 1) * size
            return 200, {}, {"total": len(records), "items": records[start : start + size]}
        if asked.path == "/offset":
            start = int(query["skip"])
            if start >= len(records):
                return 204, {}, None
            return 200, {}, records[start : start + size]
        start = int(query.get("at", "0"))
        end = start + size
        items, is_last = records[start:end], end >= len(records)
        kept = "".join(f"&{name}={value}" for name, value in query.items() if name != "at")
        if asked.path == "/cursor":
            return 200, {}, {"data": {"items": items}, "meta": {"next": None if is_last else str(end)}}
        if asked.path == "/link":
            links = f'<{base}?at=0{kept}>; rel="first"' + ("" if is_last else f', <{base}?at={end}{kept}>; rel="next"')
            return 200, {"Link": links}, items
        if asked.path == "/next":
            link = {} if is_last else {"@odata.nextLink": f"{asked.path}?at={end}{kept}"}
            return 200, {}, {"value": items, **link}
        return 404, {}, {"error": "no such list"}

    def _token(self, asked: Asked) -> tuple[int, dict[str, str], Any]:
        form = dict(parse_qsl(asked.body))
        given = base64.b64decode(asked.headers.get("authorization", "Basic ").partition(" ")[2]).decode()
        self.last_client = given or f"{form.get('client_id')}:{form.get('client_secret')}"
        if form.get("grant_type") != "client_credentials":
            return 400, {}, {"error": "unsupported_grant_type"}
        self.tokens += 1
        self.token_left = self.token_uses
        return 200, {}, {"access_token": f"token-{self.tokens}", "token_type": "Bearer", "expires_in": self.token_lasts}

    def takes_token(self, asked: Asked) -> bool:
        """Whether the request bears the newest token, which serves ``token_uses`` requests."""
        if asked.headers.get("authorization") != f"Bearer token-{self.tokens}" or self.token_left == 0:
            return False
        self.token_left -= 1
        return True


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    peer: HttpService

    def do_GET(self) -> None:
        self._serve("")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode())

    def _serve(self, body: str) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.seen = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
        self.peer.asked.append(self.seen)
        fault = self.peer.faults.popleft() if self.peer.faults and parts.path != "/token" else None
        try:
            if fault is not None:
                fault(self)
            else:
                self.send(*self.peer.answer(self.seen))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def good(self) -> bytes:
        """The body of the good answer to this request."""
        return json.dumps(self.peer.answer(self.seen)[2]).encode()

    def send(self, status: int, headers: dict[str, str], body: Any) -> None:
        """Send JSON."""
        self.send_bytes(status, {"Content-Type": "application/json", **headers}, b"" if body is None else _json(body))

    def send_bytes(self, status: int, headers: dict[str, str], body: bytes, *, length: int | None = None) -> None:
        """Send bytes; ``length`` may lie."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


def _json(body: Any) -> bytes:
    return json.dumps(body).encode()


def stall(handler: Handler) -> None:
    """Say nothing for longer than any client waits here."""
    time.sleep(1.5)
    handler.close_connection = True


def dribble(handler: Handler) -> None:
    """Send a page so slowly that no silence is long, but the page never ends."""
    handler.send_bytes(200, {"Content-Type": "application/json"}, b"[", length=1000)
    for _ in range(40):
        time.sleep(0.05)
        handler.wfile.write(b" ")
        handler.wfile.flush()
    handler.close_connection = True


def reset(handler: Handler) -> None:
    """Break the connection off in the middle of the body."""
    body = handler.good()
    handler.send_bytes(200, {"Content-Type": "application/json"}, body[: len(body) // 2], length=len(body))
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def promise_more(handler: Handler) -> None:
    """State a length greater than that of the body, and end."""
    body = handler.good()
    handler.send_bytes(200, {"Content-Type": "application/json"}, body, length=len(body) + 50)
    handler.close_connection = True


def promise_less(handler: Handler) -> None:
    """State a length smaller than that of the body."""
    body = handler.good()
    handler.send_bytes(200, {"Content-Type": "application/json"}, body, length=len(body) - 5)
    handler.close_connection = True


def status(code: int, **headers: str) -> Fault:
    """Answer with that status; underscores in header names are hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.send(code, named, {"message": "Dana Ruiz is not to be quoted"})


def body(text: str, *, kind: str = "application/json") -> Fault:
    """Answer 200 with that body."""
    return lambda handler: handler.send_bytes(200, {"Content-Type": kind}, text.encode())
