"""What an export is asked to speak about: period, site, authority, named workers, preparer and reviewer.

Owns checking the request against the generation and turning it into the questions' parameters. Filters
nothing itself: the questions do.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass

from gapwatch.errors import ConfigurationError
from gapwatch.reads import Reader, RunParameters


@dataclass(frozen=True)
class Scope:
    """A checked request. Instants are UTC and aware; ``period_to`` is the last instant included."""

    run: RunParameters
    prepared_by: str | None
    reviewed_by: str | None
    site: str | None
    authority: str | None
    workers: tuple[str, ...] | None
    period_from: dt.datetime | None
    period_to: dt.datetime

    @property
    def is_whole(self) -> bool:
        """Whether nothing is filtered out and the period ends at the as-of instant."""
        filters = (self.site, self.authority, self.workers, self.period_from)
        return all(each is None for each in filters) and self.period_to == self.run.as_of

    @property
    def question_parameters(self) -> dict[str, object]:
        """The parameters of ``queries/ask/evidence_*.sql``: instants as naive UTC."""
        return {
            "site": self.site,
            "authority": self.authority,
            "workers": None if self.workers is None else list(self.workers),
            "period_from": _naive(self.period_from),
            "period_to": _naive(self.period_to),
        }

    @property
    def stated(self) -> dict[str, object]:
        """The parameters as the manifest states them."""
        return {
            "as_of": self.run.as_of.isoformat(),
            "known_at": self.run.known_at.isoformat(),
            "organisation": self.run.organisation_name,
            "timezone": self.run.organisation_timezone,
            "period_from": self.period_from.isoformat() if self.period_from else None,
            "period_to": self.period_to.isoformat(),
            "site": self.site,
            "authority": self.authority,
            "workers": None if self.workers is None else list(self.workers),
            "prepared_by": self.prepared_by,
            "reviewed_by": self.reviewed_by,
        }


def _naive(instant: dt.datetime | None) -> dt.datetime | None:
    return None if instant is None else instant.astimezone(dt.UTC).replace(tzinfo=None)


def make_scope(
    reader: Reader,
    *,
    prepared_by: str | None,
    reviewed_by: str | None,
    site: str | None,
    authority: str | None,
    workers: Sequence[str] | None,
    period_from: dt.date | None,
    period_to: dt.date | None,
) -> Scope:
    """Check the request. A bare date is a whole day of the organisation's zone, a naive time is in that zone.

    The period ends at the as-of instant at the latest. Raises ConfigurationError for an unknown site,
    authority or worker, and for a period that ends before it begins.
    """
    run = reader.run
    _known(reader, site, "site", "select distinct site from role_states where site is not null")
    _known(
        reader,
        authority,
        "authority",
        "select distinct authority from policy_requirements where authority is not null",
    )
    for worker in workers or ():
        _known(
            reader,
            worker,
            "worker",
            "select worker_id from staged_workers union select worker_id from staged_role_history",
        )
    zone = zoneinfo.ZoneInfo(run.organisation_timezone)
    begins = None if period_from is None else _start(period_from, zone)
    ends = run.as_of if period_to is None else min(_end(period_to, zone), run.as_of)
    if begins is not None and begins > ends:
        raise ConfigurationError(
            f"the period begins {begins:%Y-%m-%d %H:%M} UTC, after it ends ({ends:%Y-%m-%d %H:%M} UTC)",
            do="choose an earlier start; a period ends at the as-of instant at the latest",
        )
    return Scope(
        run=run,
        prepared_by=_name(prepared_by),
        reviewed_by=_name(reviewed_by),
        site=site,
        authority=authority,
        workers=None if workers is None else tuple(sorted(set(workers))),
        period_from=begins,
        period_to=ends,
    )


def _known(reader: Reader, value: str | None, what: str, sql: str) -> None:
    if value is None:
        return
    known = sorted(str(row[0]) for row in reader.relation(sql).fetchall())
    if value not in known:
        some = f"known: {', '.join(known[:12])}{' …' if len(known) > 12 else ''}" if known else "none is known"
        raise ConfigurationError(
            f"there is no {what} {value!r}", do=some if what != "worker" else "check the worker ID"
        )


def _name(text: str | None) -> str | None:
    cleaned = " ".join(text.split()) if text else ""
    return cleaned or None


def _start(value: dt.date, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(dt.UTC)
    return dt.datetime.combine(value, dt.time(), tzinfo=zone).astimezone(dt.UTC)


def _end(value: dt.date, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return _start(value, zone)
    return _start(value + dt.timedelta(days=1), zone) - dt.timedelta(microseconds=1)
