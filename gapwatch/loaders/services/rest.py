"""REST services: every page of a list of records, as one file of JSON lines.

Owns where the records of a page are, what a load asks for, and that a list which changes under the reader is read
anew. Called by ``gapwatch.loaders.services``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from gapwatch.config import Source
from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders.fetch import Fetched
from gapwatch.loaders.objects import flat
from gapwatch.loaders.services.client import Client
from gapwatch.loaders.services.cursor import Follower, Reached
from gapwatch.loaders.services.paging import ListChanged, Page, Pages
from gapwatch.loaders.services.path import dig, shown
from gapwatch.loaders.services.records import RecordFile
from gapwatch.service_settings import Rest

READINGS: Final = 3
INCREMENTAL: Final = ("delta", "event")


def fetch_rest(
    source: Source, *, scratch: Path, cursor: str | None, known: tuple[str, ...], progress: Callable[[str], None]
) -> Fetched:
    """The records of a service; in modes ``delta`` and ``event`` those since ``cursor``, where a column that is
    ``known`` and that no record has is empty.

    Raises LoadError when the list cannot be had whole, ConfigurationError when the source describes it wrongly.
    """
    known = known if source.mode in INCREMENTAL and source.unnest is None else ()
    reader = _Reader(source, source.rest or Rest(), cursor=cursor, known=known, progress=progress)
    for _ in range(READINGS):
        try:
            return reader.read(scratch)
        except ListChanged:
            progress(f"{source.name}: the list changed while it was read; reading it again")
    raise LoadError(
        f"the list changed while it was read, {READINGS} times",
        where=reader.where,
        do="load again when less is going on, or page by cursor",
    )


def say_page(progress: Callable[[str], None], name: str, page: Page, *, count: int) -> None:
    """One line of progress for a page."""
    total = "" if page.total is None else f" of {page.total:,}"
    progress(f"{name}: page {page.number}, {count:,}{total} records")


class _Reader:
    def __init__(
        self,
        source: Source,
        rest: Rest,
        *,
        cursor: str | None,
        known: tuple[str, ...],
        progress: Callable[[str], None],
    ) -> None:
        self._source, self._rest, self._known, self._progress = source, rest, known, progress
        self._address = shown(source.path)
        self.where = f"source {source.name}: {self._address}"
        since, paging = rest.since, rest.paging
        by = f"{since.parameter} {since.field} {since.format}" if since else paging.parameter or ""
        self._before = Reached.of_text(cursor if source.mode in INCREMENTAL else None, of=f"{self._address} {by}")

    def read(self, scratch: Path) -> Fetched:
        """One reading of the whole list."""
        source, rest = self._source, self._rest
        params = {name: _parameter(value) for name, value in rest.params.items()}
        follower = Follower(rest.since, self._before) if rest.since else None
        asked = follower.asks_for() if follower else None
        if rest.since and asked is not None and source.mode in INCREMENTAL:
            params[rest.since.parameter] = rest.since.template.replace("{}", asked)
        last = self._before.cursor if rest.paging.resume else None
        with Client(rest, where=self.where, progress=self._progress) as client, RecordFile(scratch) as file:
            pages = Pages(
                client,
                rest.paging,
                url=source.path,
                params=params,
                records=self._records,
                max_pages=rest.max_pages,
                cursor=last,
            )
            received, is_complete = 0, False
            for page in pages:
                for record in page.records:
                    if follower is None or _is_new(record, follower):
                        if isinstance(record, dict) and not is_complete:
                            record, is_complete = self._completed(record), True
                        file.write(record)
                received += len(page.records)
                last = page.cursor or last
                say_page(self._progress, source.name, page, count=received)
        if follower is not None and received and not follower.followed:
            raise LoadError(
                f"no record has a time in {follower.since.field}",
                where=self.where,
                do="set since.field in [sources.rest] to the time that since.parameter acts on",
            )
        reached = follower.reached() if follower else Reached(self._before.of)
        if rest.paging.resume:
            reached = Reached(reached.of, reached.since, reached.seen, last)
        return file.fetched(self._address, cursor=reached.to_text())

    def _completed(self, record: dict[str, Any]) -> dict[str, Any]:
        """The record with every known column, empty where it has none."""
        own = flat(record)
        return record | {name: None for name in self._known if name not in own}

    def _records(self, body: Any) -> list[Any]:
        path = self._source.records
        found = body if path is None else dig(body, path, absent="")
        if found is None:
            return []
        if isinstance(found, list):
            return found
        if path is None and isinstance(body, dict):
            lists = sorted(key for key, value in body.items() if isinstance(value, list))
            named = f" to one of: {', '.join(lists)}" if lists else ""
            raise ConfigurationError(
                "a page is an object: which of its keys holds the records?",
                where=self.where,
                do=f"set records in [[sources]]{named}",
            )
        keys = f"; its keys: {', '.join(sorted(body)[:12])}" if isinstance(body, dict) else ""
        raise LoadError(
            f"a page has no list of records under {path!r}{keys}" if path else "a page is no list of records",
            where=self.where,
            do="set records in [[sources]] to the key, or dotted path, of the list",
        )


def _is_new(record: Any, follower: Follower) -> bool:
    """Whether no load before this one took the record; one without a time is taken, for its row to be judged."""
    written = dig(record, follower.since.field)
    return follower.takes(record, written) is not False if isinstance(written, str) else True


def _parameter(value: str | float | bool) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
