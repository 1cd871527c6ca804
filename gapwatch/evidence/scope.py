"""What an export is asked to speak about: period, sites, departments, authorities, citations, named workers, sample.

Owns checking the request against the generation and turning it into the questions' parameters. Filters
nothing itself: the questions do.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gapwatch.errors import ConfigurationError
from gapwatch.reads import Reader, RunParameters

SAMPLE_SIZE: Final = 25
SAMPLE_SEED: Final = "1"

_KNOWN: Final = {
    "site": "select distinct site from role_states where site is not null",
    "department": "select distinct department from role_states where department is not null",
    "authority": "select distinct authority from policy_requirements where authority is not null",
    "worker": "select worker_id from staged_workers union select worker_id from staged_role_history",
}


@dataclass(frozen=True)
class Scope:
    """A checked request. Instants are UTC and aware; ``period_to`` is the last instant included.

    A filter that is None leaves nothing out. ``sample_size`` is how many worker-requirements to draw, 0 = none;
    ``sample_seed`` any text.
    """

    run: RunParameters
    prepared_by: str | None
    reviewed_by: str | None
    sites: tuple[str, ...] | None
    departments: tuple[str, ...] | None
    authorities: tuple[str, ...] | None
    citations: tuple[str, ...] | None
    workers: tuple[str, ...] | None
    period_from: dt.datetime | None
    period_to: dt.datetime
    sample_size: int
    sample_seed: str

    @property
    def filters(self) -> dict[str, tuple[str, ...] | None]:
        """The five filters by their plural."""
        return {
            "sites": self.sites,
            "departments": self.departments,
            "authorities": self.authorities,
            "citations": self.citations,
            "workers": self.workers,
        }

    @property
    def is_whole(self) -> bool:
        """Whether nothing is filtered out and the period ends at the as-of instant."""
        is_filtered = any(each is not None for each in [*self.filters.values(), self.period_from])
        return not is_filtered and self.period_to == self.run.as_of

    @property
    def question_parameters(self) -> dict[str, object]:
        """The parameters of ``queries/ask/evidence_*.sql``: instants as naive UTC."""
        return {
            **{name: None if chosen is None else list(chosen) for name, chosen in self.filters.items()},
            "period_from": _naive(self.period_from),
            "period_to": _naive(self.period_to),
            "sample_size": self.sample_size,
            "sample_seed": self.sample_seed,
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
            **{name: None if chosen is None else list(chosen) for name, chosen in self.filters.items()},
            "sample_size": self.sample_size,
            "sample_seed": self.sample_seed,
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
    sites: Sequence[str] | None,
    departments: Sequence[str] | None,
    authorities: Sequence[str] | None,
    citations: Sequence[str] | None,
    workers: Sequence[str] | None,
    period_from: dt.date | None,
    period_to: dt.date | None,
    sample_size: int = SAMPLE_SIZE,
    sample_seed: str = SAMPLE_SEED,
) -> Scope:
    """Check the request. A bare date is a whole day of the organisation's zone, a naive time is in that zone.

    The period ends at the as-of instant at the latest. Raises ConfigurationError for an unknown site, department,
    authority, citation or worker, for a negative sample, and for a period that ends before it begins.
    """
    run = reader.run
    chosen = {"site": sites, "department": departments, "authority": authorities, "worker": workers}
    for what, values in chosen.items():
        _known(reader, values, what)
    _cited(reader, citations)
    if sample_size < 0:
        raise ConfigurationError(f"a sample of {sample_size} rows cannot be drawn", do="ask for 0 or more")
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
        sites=_chosen(sites),
        departments=_chosen(departments),
        authorities=_chosen(authorities),
        citations=_chosen(citations),
        workers=_chosen(workers),
        period_from=begins,
        period_to=ends,
        sample_size=sample_size,
        sample_seed=sample_seed,
    )


def _chosen(values: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(sorted(set(values)))


def _known(reader: Reader, values: Sequence[str] | None, what: str) -> None:
    if values is None:
        return
    known = sorted(str(row[0]) for row in reader.relation(_KNOWN[what]).fetchall())
    for value in values:
        if value not in known:
            some = f"known: {', '.join(known[:12])}{' …' if len(known) > 12 else ''}" if known else "none is known"
            raise ConfigurationError(
                f"there is no {what} {value!r}", do=some if what != "worker" else "check the worker ID"
            )


def _cited(reader: Reader, citations: Sequence[str] | None) -> None:
    """A citation covers its paragraphs, so it need not be stated whole; but it must reach a requirement."""
    for citation in citations or ():
        if not reader.question("evidence_requirements", citations=[citation]).fetchone():
            raise ConfigurationError(
                f"no requirement is demanded by {citation!r}",
                where="policy: requirements and requirement_rules, column citation",
                do="write it as the policy does, like '29 CFR 1910.119'; its paragraphs are included",
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
