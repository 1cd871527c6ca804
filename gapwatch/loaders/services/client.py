"""One HTTP service: a request that is tried again while that can help, and a page of JSON or a clear error.

Owns time-outs, retries, the waits between them, and what counts as a good answer. Puts no secret and no text of
an answer into an error. Knows nothing of paging or records. Called by the other modules of this package.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import logging
import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn, Self

import httpx2
import tenacity

from gapwatch import __version__
from gapwatch.errors import LoadError
from gapwatch.loaders.services.authentication import TokenUnavailable, authentication
from gapwatch.loaders.services.path import dig
from gapwatch.service_settings import Rest

_RETRIED: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_LARGEST: Final = 256 * 2**20  # bytes of one page
_NO_ERROR: Final[tuple[Any, ...]] = (None, False, "", "0", [], {})  # a number is text here
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}")
# Numbers keep the digits written, as in files.
_decode: Final = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str).decode

for _name in ("httpx2", "httpcore2"):  # they log addresses, and an API key may be part of one
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True)
class Answer:
    """One page. ``body`` is JSON with its numbers as text, None without content (204). ``headers`` in lower
    case; ``links`` maps a relation of the Link header to its address.
    """

    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)


class _AgainError(Exception):
    """The request may succeed when made again. ``after`` is how long the service asks to wait, in seconds."""

    def __init__(self, reason: str, *, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Client:
    """A client of one service; use it in a ``with``. ``where`` says in errors which source it is.

    Raises ConfigurationError when a secret's variable is not set.
    """

    def __init__(
        self, rest: Rest, *, where: str, accept: str = "application/json", progress: Callable[[str], None]
    ) -> None:
        self._rest, self._where, self._progress = rest, where, progress
        headers = {"Accept": accept, "User-Agent": f"gapwatch/{__version__}", **rest.headers}
        self._http = httpx2.Client(
            auth=authentication(rest.auth, where=where),
            headers=headers,
            timeout=httpx2.Timeout(rest.timeout_seconds),
            follow_redirects=False,  # a redirect could carry a key to another host
        )
        backoff = rest.backoff_seconds
        self._backoff = tenacity.wait_exponential_jitter(multiplier=backoff, max=rest.max_wait_seconds, jitter=backoff)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, url: str, params: Mapping[str, str]) -> Answer:
        """The answer to a GET. Raises LoadError when there is no good one."""
        tries = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._rest.attempts),
            wait=self._wait,
            retry=tenacity.retry_if_exception_type(_AgainError),
            before_sleep=self._say,
            reraise=True,
        )
        try:
            return tries(self._get, url, params)
        except _AgainError as error:
            raise LoadError(
                f"{error}, {self._rest.attempts} times",
                where=self._where,
                do="try again later; the loads before this one stay in force",
            ) from None

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        after = error.after if isinstance(error, _AgainError) else None
        return self._backoff(state) if after is None else after

    def _say(self, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        wait = state.next_action.sleep if state.next_action else 0
        self._progress(f"{self._where}: {error}; trying again in {wait:.1f} s")

    def _get(self, url: str, params: Mapping[str, str]) -> Answer:
        try:
            target = httpx2.URL(url)
            if params:
                target = target.copy_merge_params(dict(params))
            with self._http.stream("GET", target) as response:
                content = self._content(response)
        except httpx2.TimeoutException:
            raise _AgainError(f"the service said nothing for {self._rest.timeout_seconds:g} s") from None
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            self._refuse_untrusted(error)
            raise _AgainError(f"the connection failed or broke off ({type(error).__name__})") from None
        except TokenUnavailable as error:
            raise _AgainError(str(error), after=self._asked_wait(error.response)) from None
        except httpx2.InvalidURL:
            raise LoadError("the address is none", where=self._where, do="check path in [[sources]]") from None
        self._check_status(response)
        links = {name: link["url"] for name, link in response.links.items() if name and "url" in link}
        if response.status_code == httpx2.codes.NO_CONTENT:
            return Answer(None, response.headers, links)
        return Answer(self._json(response, content), response.headers, links)

    def _content(self, response: httpx2.Response) -> bytes:
        deadline = time.monotonic() + self._rest.page_timeout_seconds
        chunks: list[bytes] = []
        size = 0
        for chunk in response.iter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            if size > _LARGEST:
                raise LoadError(
                    f"a page is larger than {_LARGEST // 2**20} MB", where=self._where, do="ask for smaller pages"
                )
            if time.monotonic() > deadline:
                raise _AgainError(f"a page took longer than {self._rest.page_timeout_seconds:g} s")
        return b"".join(chunks)

    def _check_status(self, response: httpx2.Response) -> None:
        status = response.status_code
        if status in _RETRIED:
            raise _AgainError(f"the service answered {status}", after=self._asked_wait(response))
        if response.is_success:
            return
        variables = ", ".join(self._rest.auth.variables)
        if status in (httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN):
            do = f"check the secret in {variables} and its rights" if variables else "set auth in [sources.rest]"
        elif response.has_redirect_location:
            do = "write the address that it redirects to in path"
        else:
            do = "check path, params and paging in [[sources]]"
        raise LoadError(f"the service answered {status}", where=self._where, do=do)

    def _asked_wait(self, response: httpx2.Response) -> float | None:
        """Seconds to wait by Retry-After; None without one. Raises LoadError for more than the limit."""
        text = response.headers.get("retry-after", "").strip()
        if not text:
            return None
        if text.isdigit():
            seconds = float(text)
        else:
            until, now = _http_date(text), _http_date(response.headers.get("date", "")) or dt.datetime.now(dt.UTC)
            if until is None:
                return None
            seconds = max(0.0, (until - now).total_seconds())
        if seconds > self._rest.max_wait_seconds:
            raise LoadError(
                f"the service asks to wait {seconds:,.0f} s, more than {self._rest.max_wait_seconds:g} s",
                where=self._where,
                do="load again after that time, or raise max_wait_seconds in [sources.rest]",
            )
        return seconds

    def _json(self, response: httpx2.Response, content: bytes) -> Any:
        kind = response.headers.get("content-type", "").lower()
        if "html" in kind or content.lstrip()[:1] == b"<":
            raise LoadError(
                f"the service answered {response.status_code} with a page of HTML or XML, not with JSON",
                where=self._where,
                do="check path and auth: this may be a sign-in or maintenance page",
            )
        try:
            return _decode(content.decode(json.detect_encoding(content)))
        except ValueError:
            raise _AgainError("the answer is not complete JSON") from None

    def _refuse_untrusted(self, error: BaseException) -> None:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                raise LoadError(
                    "the service's certificate is not trusted",
                    where=self._where,
                    do="check the address; for an authority of your own set SSL_CERT_FILE",
                ) from None
            cause = cause.__cause__ or cause.__context__

    def refuse_error_body(self, body: Any) -> None:
        """Raises LoadError when the body, though its status says success, reports an error."""
        reported = [key for key in self._rest.errors if dig(body, key) not in _NO_ERROR]
        if reported:
            codes = (body.get("errorcode"), body.get("code"), dig(body, "error.code"))
            code = next((code for code in codes if isinstance(code, str) and _CODE.fullmatch(code)), None)
            self.fail(
                f"the service reports an error with a status of success: {reported[0]}" + (f", {code}" if code else ""),
                do="check params and auth in [sources.rest]",
            )

    def fail(self, what: str, *, do: str) -> NoReturn:
        """Raise LoadError about this service."""
        raise LoadError(what, where=self._where, do=do)


def _http_date(text: str) -> dt.datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
