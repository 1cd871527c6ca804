"""What the next load of a source goes on from: the time or cursor reached, and what is known at that time.

Owns the form of ``cursor`` in a load's manifest, and that records which come again where two loads meet are left
out once. Called by ``gapwatch.loaders.services.rest`` and ``xapi``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import heapq
import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

from gapwatch.service_settings import Since

_ODATA: Final = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")


@dataclass(frozen=True)
class Reached:
    """What a load reached. ``of`` says by which setting; ``since`` the greatest time seen, as the service wrote
    it, ``seen`` digests of the records that the next load will be given again; or ``cursor``.
    """

    of: str
    since: str | None = None
    seen: frozenset[str] = frozenset()
    cursor: str | None = None

    def to_text(self) -> str | None:
        """As it stands in the manifest, None when nothing was reached."""
        if self.since is None and self.cursor is None:
            return None
        state = {"of": self.of, "since": self.since, "seen": sorted(self.seen), "cursor": self.cursor}
        return json.dumps({name: value for name, value in state.items() if value})

    @staticmethod
    def of_text(text: str | None, *, of: str) -> Reached:
        """What an earlier load reached by the same setting; by another, nothing."""
        state = json.loads(text) if text else {}
        if state.get("of") != of:
            return Reached(of)
        return Reached(of, state.get("since"), frozenset(state.get("seen", ())), state.get("cursor"))


@dataclass
class Follower:
    """Follows the records of one load past the time they state.

    Wherever the service draws the line (at or after the time asked for), a record at that time is not lost, and
    not taken twice: it is asked for again and known by its digest.
    """

    since: Since
    before: Reached
    complete_to: dt.datetime | None = None  # the service vouches for what is stored until then, not for later
    followed: int = 0  # records with a time
    _newest: tuple[dt.datetime, str] | None = None
    _near: list[tuple[dt.datetime, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.before.since is not None:
            reached = instant(self.before.since)
            if reached is not None:
                self._newest = (reached, self.before.since)
                self._near = [(reached, digest) for digest in sorted(self.before.seen)]

    def asks_for(self) -> str | None:
        """The value of the query parameter; None asks for everything."""
        if self._newest is None:
            return self.since.start
        if self.since.format == "as_is":
            return self._newest[1]
        moment = self._newest[0] - dt.timedelta(seconds=self.since.overlap_seconds)
        if self.since.format == "date":
            return moment.date().isoformat()
        if self.since.format == "iso":
            return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        scale = 1000 if self.since.format == "epoch_ms" else 1
        return str(int(moment.timestamp() * scale // 1))

    def takes(self, record: dict[str, Any], written: str) -> bool | None:
        """Whether the record is new; ``written`` is its time. None when that is no time."""
        moment = instant(written)
        if moment is None:
            return None
        digest = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:20]
        self.followed += 1
        near = moment
        if self.complete_to is not None and moment > self.complete_to:
            near, written = self.complete_to, self.complete_to.isoformat()
        if self._newest is None or near > self._newest[0]:
            self._newest = (near, written)
        heapq.heappush(self._near, (moment, digest))
        boundary = self._boundary()
        while self._near and self._near[0][0] < boundary:
            heapq.heappop(self._near)
        return digest not in self.before.seen

    def reached(self) -> Reached:
        """What the next load goes on from."""
        since = None if self._newest is None else self._newest[1]
        return Reached(self.before.of, since, frozenset(digest for _, digest in self._near))

    def _boundary(self) -> dt.datetime:
        """The earliest time that the next load may be given again."""
        newest = self._newest[0] if self._newest else dt.datetime.min.replace(tzinfo=dt.UTC)
        if self.since.format == "as_is":
            return newest
        early = newest - dt.timedelta(seconds=self.since.overlap_seconds)
        if self.since.format == "date":
            return dt.datetime.combine(early.date(), dt.time(), dt.UTC)
        return early.replace(microsecond=early.microsecond // 1000 * 1000 if self.since.format != "epoch_s" else 0)


def instant(text: str) -> dt.datetime | None:
    """An ISO time (UTC where it has no offset), or a number of seconds or milliseconds since 1970, also as OData's
    ``/Date(ms)/``; None: none of them.
    """
    odata = _ODATA.fullmatch(text)
    text = odata.group(1) if odata else text
    try:
        if text.lstrip("-").isdigit() and not (len(text) == 8 and text[:2] in ("19", "20")):
            number = int(text)
            moment = dt.datetime.fromtimestamp(number / 1000 if abs(number) >= 10**11 else number, dt.UTC)
        else:
            moment = dt.datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError, OSError):
        return None
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
