"""One plain file over HTTP, copied whole.

Owns what counts as the file: status 200, no web page, as many bytes as promised, redirects only to places that are
as safe. Signs in nowhere; services that need that are ``gapwatch.loaders.services``. Called by
``gapwatch.loaders.remote``.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx2

from gapwatch import __version__
from gapwatch.errors import LoadError
from gapwatch.loaders.refusals import forbidden, is_page, missing, stalled, truncated

_CONNECT_SECONDS: Final = 20.0


def copy_http(address: str, *, scratch: Path, where: str, silence_seconds: float) -> tuple[str, Path]:
    """(address without its query, local copy). Raises LoadError when the file is not there or did not arrive whole."""
    parts = urlsplit(address)
    target = scratch / f"0000-{PurePosixPath(unquote(parts.path)).name[-80:] or 'file'}"
    headers = {"User-Agent": f"gapwatch/{__version__}", "Accept-Encoding": "identity"}
    timeout = httpx2.Timeout(silence_seconds, connect=_CONNECT_SECONDS)
    try:
        with (
            httpx2.Client(headers=headers, timeout=timeout, follow_redirects=True, max_redirects=5) as client,
            client.stream("GET", address) as response,
        ):
            _check(response, where)
            received = 0
            with target.open("wb") as copy:
                for chunk in response.iter_raw():
                    received += len(chunk)
                    copy.write(chunk)
            promised = response.headers.get("Content-Length")
    except httpx2.TimeoutException:
        raise stalled(where, silence_seconds) from None
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise LoadError(
            f"the file did not arrive: {type(error).__name__}",
            where=where,
            do="check the address and the network, and load it again; the loads before it stay in force",
        ) from None
    if promised is not None and promised.isdigit() and int(promised) != received:
        raise truncated(where, received, int(promised))
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "")), target


def _check(response: httpx2.Response, where: str) -> None:
    steps = [str(step.url.scheme) for step in (*response.history, response)]
    if "https" in steps and steps[-1] == "http":
        raise LoadError("the server leads from https to http", where=where, do="ask for an address that stays on https")
    if response.status_code in (httpx2.codes.NOT_FOUND, httpx2.codes.GONE):
        raise missing(where)
    if response.status_code in (httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN):
        raise forbidden(where)
    if response.status_code != httpx2.codes.OK:
        raise LoadError(
            f"the server answered {response.status_code}",
            where=where,
            do="load it again later; the loads before it stay in force",
        )
    if response.headers.get("Content-Type", "").partition(";")[0].strip().lower() in (
        "text/html",
        "application/xhtml+xml",
    ):
        raise is_page(where)
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise LoadError(
            "the server packs the file although it was asked not to", where=where, do="switch that off for this file"
        )
