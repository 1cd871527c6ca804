"""How a list goes on from page to page: by page number, offset, cursor, Link header or a link in the body.

Owns the order of the requests and every way in which a list can be shown to be incomplete or endless. Called by
``gapwatch.loaders.services.rest``, ``scim`` and ``xapi``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from gapwatch.loaders.services.client import Answer, Client
from gapwatch.loaders.services.path import dig, origin
from gapwatch.service_settings import Paging

Records = Callable[[Any], list[Any]]


class ListChanged(Exception):
    """The number of records in all changed between two pages: records may have moved past the reader."""


@dataclass(frozen=True)
class Page:
    """One page: its number from 1, its records, the cursor it gave, and the records stated in all."""

    number: int
    records: list[Any]
    cursor: str | None
    total: int | None
    headers: Mapping[str, str]


class Pages:
    """The pages of one list, from ``url`` with ``params`` on; ``records`` finds the records in a body.

    Iterating raises LoadError when a page comes again, when fewer records come than were stated, when a link
    leads to another host, or after ``max_pages``; ListChanged when the list must be read anew.
    """

    def __init__(
        self,
        client: Client,
        paging: Paging,
        *,
        url: str,
        params: Mapping[str, str],
        records: Records,
        max_pages: int,
        cursor: str | None = None,
    ) -> None:
        self._client, self._paging, self._records, self._max_pages = client, paging, records, max_pages
        self._url, self._params = url, dict(params)
        self._place = paging.first if paging.first is not None else (1 if paging.type == "page" else 0)
        self._received = 0
        self._total: int | None = None
        self._asked: set[str] = set()
        self._seen: set[bytes] = set()
        if paging.size_parameter is not None:
            self._params[paging.size_parameter] = str(paging.size)
        if paging.type in ("page", "offset"):
            self._params[paging.parameter or ""] = str(self._place)
        elif cursor is not None:
            self._params[paging.parameter or ""] = cursor

    def __iter__(self) -> Iterator[Page]:
        for number in range(1, self._max_pages + 1):
            self._ask_once(number)
            answer = self._client.get(self._url, self._params)
            self._client.refuse_error_body(answer.body)
            records = [] if answer.body is None else self._records(answer.body)
            self._refuse_repeated(records, number)
            self._received += len(records)
            self._state_total(answer)
            cursor = _text(dig(answer.body, self._paging.next or ""))
            yield Page(number, records, cursor, self._total, answer.headers)
            if not self._goes_on(answer, records, cursor):
                self._refuse_incomplete(number)
                return
        self._client.fail(
            f"the list has more than {self._max_pages:,} pages", do="check paging, or raise max_pages in [sources.rest]"
        )

    def _ask_once(self, number: int) -> None:
        asked = f"{self._url} {sorted(self._params.items())}"
        if asked in self._asked:
            self._client.fail(
                f"page {number} is asked for a second time: the service leads in a circle",
                do="check paging in [sources.rest], or tell whoever runs the service",
            )
        self._asked.add(asked)

    def _refuse_repeated(self, records: list[Any], number: int) -> None:
        if not records:
            return
        digest = hashlib.sha256(json.dumps(records, sort_keys=True).encode()).digest()
        if digest in self._seen:
            self._client.fail(
                f"page {number} has the same records as a page before it",
                do="check paging.parameter in [sources.rest]: the service may not know it",
            )
        self._seen.add(digest)

    def _state_total(self, answer: Answer) -> None:
        stated = _text(dig(answer.body, self._paging.total or ""))
        if stated is None or not stated.isdigit():
            return
        if self._total is not None and int(stated) != self._total and self._paging.type in ("page", "offset"):
            raise ListChanged
        self._total = int(stated)

    def _goes_on(self, answer: Answer, records: list[Any], cursor: str | None) -> bool:
        """Whether there is a next page; if so it is the next to be asked for."""
        paging = self._paging
        more = _text(dig(answer.body, paging.more or ""))
        stops = answer.body is None or (more is not None and more.lower() in ("false", "0", "no", "n"))
        if paging.type in ("page", "offset"):
            if stops or not records or (self._total is not None and self._received >= self._total):
                return False
            self._place += len(records) if paging.type == "offset" and paging.step == "records" else 1
            self._params[paging.parameter or ""] = str(self._place)
            return True
        if paging.type == "cursor":
            if stops or cursor is None or (paging.resume and not records):
                return False
            self._params[paging.parameter or ""] = cursor
            return True
        link = {"link_header": answer.links.get("next"), "next_link": cursor}.get(paging.type)
        if link is None or (stops and answer.body is not None):
            return False
        self._url, self._params = self._same_service(link), {}
        return True

    def _same_service(self, link: str) -> str:
        """The absolute address of a link. Another host must not get our requests, with what signs them."""
        target = urljoin(self._url, link)
        own, other = origin(self._url), origin(target)
        if own[0] == "https" and other[:2] == ("http", own[1]):  # behind a proxy, a service may not know its scheme
            parts = urlsplit(target)
            target = urlunsplit((*urlsplit(self._url)[:2], parts.path, parts.query, ""))
        elif own != other:
            self._client.fail(
                "the link to the next page leads to another host", do="tell whoever runs the service, or set path to it"
            )
        return target

    def _refuse_incomplete(self, number: int) -> None:
        if self._total is not None and self._received < self._total:
            self._client.fail(
                f"the list ended at page {number} with {self._received:,} of {self._total:,} records",
                do="load again; if it stays so, check paging.total and the rights of the account",
            )


def _text(value: Any) -> str | None:
    if value is None or value == "" or isinstance(value, dict | list):
        return None
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
