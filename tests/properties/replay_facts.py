"""The facts a replayed run may use: rows of the loads and the policy known at ``known_at``, typed.

Owns which load of a feed counts, which rows are known and which LMS facts are dated after as_of. Draws no
conclusion from them.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from properties import replay_text as cell
from properties.replay_text import END, RejectedRowError
from worlds import Row, Table, World

from gapwatch.feeds import FEEDS, Kind

CONTINGENT: Final = frozenset({"contractor", "temporary", "agency"})
PASSING: Final = frozenset({"passed", "completed", "waived"})


@dataclass(frozen=True, kw_only=True)
class RoleRow:
    """One row of role_history; times in UTC, ``contract_end`` END: none, or not contingent."""

    worker_id: str
    assignment_key: str
    written: dt.datetime
    start: dt.datetime
    sequence: int
    end: dt.datetime
    contract_end: dt.datetime
    recorded_at: dt.datetime | None
    status: str
    employment_type: str | None
    texts: dict[str, str | None]
    task_scope: frozenset[str]
    contract_end_on: dt.date | None
    zone: str
    row_number: int


@dataclass(frozen=True, kw_only=True)
class AccountRow:
    """One account of the newest load, with its rows of all loads up to then, oldest first."""

    account_id: str
    worker_ref: str | None
    email: str | None
    username: str | None
    created_at: dt.datetime | None
    history: tuple[AccountShown, ...]


@dataclass(frozen=True, kw_only=True)
class AccountShown:
    """What one load showed of an account."""

    loaded_at: dt.datetime
    is_first_load: bool
    status: str
    deactivated_at: dt.datetime | None
    last_login_at: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class AssignmentRow:
    """One assignment made by as_of; ``removed_at`` and ``completed_at`` are END where not so by as_of."""

    assignment_id: str
    account_id: str
    course_id: str
    assigned_at: dt.datetime
    removed_at: dt.datetime
    completed_at: dt.datetime

    @property
    def closed_at(self) -> dt.datetime:
        """When it was removed or completed."""
        return min(self.removed_at, self.completed_at)

    def is_open(self, moment: dt.datetime) -> bool:
        """Whether it is open at that instant."""
        return self.assigned_at <= moment < self.closed_at


@dataclass(frozen=True, kw_only=True)
class CompletionRow:
    """One attempt by as_of."""

    completion_id: str
    account_id: str
    course_id: str
    completed_at: dt.datetime
    result: str
    expires_at: dt.datetime | None
    site: str | None


@dataclass(kw_only=True)
class Facts:
    """All that is known. Mappings are by id; policy tables stay text until they mean something."""

    as_of: dt.datetime
    known_at: dt.datetime
    zone: str
    sites: dict[str, Row]
    jobs: dict[str, Row]
    workers: dict[str, Row]
    hired_on: dict[str, dt.date | None]
    roles: list[RoleRow]
    accounts: list[AccountRow] = field(default_factory=list)
    assignments: list[AssignmentRow] = field(default_factory=list)
    completions: list[CompletionRow] = field(default_factory=list)
    logins: list[tuple[str, dt.datetime]] = field(default_factory=list)
    policy: dict[str, Table] = field(default_factory=dict)
    covers_from: dict[str, dt.datetime | None] = field(default_factory=dict)
    newest_load: dict[str, dt.datetime] = field(default_factory=dict)

    def site_zone(self, site: str | None, otherwise: str | None = None) -> str:
        """The zone of dates at that site."""
        row = self.sites.get(site or "")
        return (cell.text(row.get("timezone")) if row else None) or otherwise or self.zone

    def facility_type(self, site: str | None) -> str | None:
        """The facility type of that site."""
        row = self.sites.get(site or "")
        return cell.text(row.get("facility_type")) if row else None

    @property
    def worker_ids(self) -> set[str]:
        """The known workers."""
        return set(self.workers) | {role.worker_id for role in self.roles}

    def person(self, worker_id: str) -> str:
        """The person that worker_id is."""
        row = self.workers.get(worker_id)
        return (cell.text(row.get("person_id")) if row else None) or worker_id


def known_facts(world: World) -> Facts:
    """The facts of a world at its as_of and known_at."""
    as_of = _required_instant(world.as_of, world.timezone)
    loads = sorted(world.loads, key=lambda load: load.loaded_at)
    newest = _required_instant(loads[-1].loaded_at, world.timezone)
    known_at = _required_instant(world.known_at, world.timezone) if world.known_at else newest
    known = [load for load in loads if _required_instant(load.loaded_at, world.timezone) <= known_at]

    def deliveries(feed: str) -> list[tuple[dt.datetime, Table]]:
        return [
            (_required_instant(load.loaded_at, world.timezone), load.feeds[feed])
            for load in known
            if feed in load.feeds
        ]

    def rows(feed: str) -> list[tuple[int, Row]]:
        delivered = deliveries(feed)
        return list(_accepted(feed, delivered[-1][1])) if delivered else []

    def zone(feed: str) -> str:
        return world.settings(feed).timezone or world.timezone

    facts = Facts(
        as_of=as_of,
        known_at=known_at,
        zone=world.timezone,
        sites={str(cell.text(row["site"])): row for _, row in rows("sites")},
        jobs={str(cell.text(row["job_code"])): row for _, row in rows("jobs")},
        workers={str(cell.text(row["worker_id"])): row for _, row in rows("workers")},
        hired_on={str(cell.text(row["worker_id"])): cell.date(row.get("hired_on")) for _, row in rows("workers")},
        roles=[],
        policy=dict(world.policy),
    )
    for feed in FEEDS:
        covers_from = world.settings(feed).covers_from
        facts.covers_from[feed] = cell.instant(covers_from, zone(feed))
        if deliveries(feed):
            facts.newest_load[feed] = deliveries(feed)[-1][0]
    facts.roles = [
        role
        for number, row in rows("role_history")
        if (role := _role(facts, world, number, row)) and _is_known(role.recorded_at, known_at)
    ]
    facts.completions = [
        completion
        for _, row in rows("lms_completions")
        if (completion := _completion(row, zone("lms_completions"))).completed_at <= as_of
        and _is_known(cell.instant(row.get("recorded_at"), zone("lms_completions")), known_at)
    ]
    facts.assignments = [
        assignment
        for _, row in rows("lms_assignments")
        if (assignment := _assignment(row, zone("lms_assignments"), facts)).assigned_at <= as_of
    ]
    facts.logins = [
        (str(cell.text(row["account_id"])), moment)
        for _, row in rows("lms_logins")
        if (moment := _required_instant(row["logged_in_at"], zone("lms_logins"))) <= as_of
    ]
    facts.accounts = _accounts(deliveries("lms_accounts"), zone("lms_accounts"))
    return facts


def _required_instant(value: str | None, zone: str) -> dt.datetime:
    found = cell.instant(value, zone)
    if found is None:
        raise RejectedRowError("no instant")
    return found


def _is_known(recorded_at: dt.datetime | None, known_at: dt.datetime) -> bool:
    return recorded_at is None or recorded_at <= known_at


_READERS: Final[dict[Kind, Callable[[str | None], object]]] = {
    Kind.INSTANT: lambda value: cell.instant(value, "UTC"),
    Kind.EXPIRY: lambda value: cell.expiry(value, "UTC"),
    Kind.END: lambda value: cell.end_instant(value, "UTC"),
    Kind.DATE: cell.date,
    Kind.END_DATE: lambda value: None if cell.is_open_end(value) else cell.date(value),
    Kind.EFFECTIVE: lambda value: cell.instant(value, "UTC"),
    Kind.EFFECTIVE_END: lambda value: cell.end_instant(value, "UTC"),
    Kind.INTEGER: cell.number,
}


def _accepted(feed: str, table: Table) -> Iterator[tuple[int, Row]]:
    """The rows that can be read, with their number in the file (the header is row 1)."""
    for number, row in enumerate(table, start=2):
        try:
            for column in FEEDS[feed].columns:
                value = cell.text(row.get(column.name))
                if value is None and column.required:
                    raise RejectedRowError(column.name)
                if value is not None and column.choices and value not in column.choices:
                    raise RejectedRowError(column.name)
                _READERS.get(column.kind, cell.text)(value)
        except RejectedRowError:
            continue
        yield number, row


def _role(facts: Facts, world: World, number: int, row: Row) -> RoleRow:
    settings = world.settings("role_history")
    site = cell.text(row.get("site"))
    zone = facts.site_zone(site, settings.timezone)
    source_zone = settings.timezone or world.timezone
    employment_type = cell.text(row.get("employment_type"))
    status = str(cell.text(row["status"]))

    stated = str(cell.text(row["effective_from"]))
    day = cell.bare_date(stated)
    if day is not None:
        if status == "terminated" and settings.termination_dates == "last_day":
            day += cell.DAY
        written, start = dt.datetime.combine(day, dt.time()), cell.midnight(day, zone)
    else:
        written, start = cell.clock(stated), _required_instant(stated, source_zone)
        if written.tzinfo is not None:
            written = start.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None)

    end = END
    if not cell.is_open_end(row.get("effective_to")):
        stated_end = str(cell.text(row.get("effective_to")))
        last = cell.bare_date(stated_end)
        if last is not None:
            end = cell.midnight(last + cell.DAY if settings.end_dates == "inclusive" else last, zone)
        else:
            end = _required_instant(stated_end, source_zone)

    contract_end_on = None if cell.is_open_end(row.get("contract_end_on")) else cell.date(row.get("contract_end_on"))
    has_contract = contract_end_on is not None and employment_type in CONTINGENT
    return RoleRow(
        worker_id=str(cell.text(row["worker_id"])),
        assignment_key=cell.text(row.get("assignment_key")) or "primary",
        written=written,
        start=start,
        sequence=int(cell.text(row.get("sequence")) or "0"),
        end=end,
        contract_end=cell.midnight(contract_end_on + cell.DAY, zone) if contract_end_on and has_contract else END,
        recorded_at=cell.instant(row.get("recorded_at"), source_zone),
        status=status,
        employment_type=employment_type,
        texts={
            name: cell.text(row.get(name))
            for name in (
                "job_code",
                "job_title",
                "department",
                "cost_center",
                "site",
                "manager_id",
                "agency",
                "sponsor_id",
                "task_scope",
            )
        },
        task_scope=cell.items(row.get("task_scope")),
        contract_end_on=contract_end_on,
        zone=zone,
        row_number=number,
    )


def _completion(row: Row, zone: str) -> CompletionRow:
    return CompletionRow(
        completion_id=str(cell.text(row["completion_id"])),
        account_id=str(cell.text(row["account_id"])),
        course_id=str(cell.text(row["course_id"])),
        completed_at=_required_instant(row["completed_at"], zone),
        result=str(cell.text(row["result"])),
        expires_at=cell.expiry(row.get("expires_at"), zone),
        site=cell.text(row.get("site")),
    )


def _assignment(row: Row, zone: str, facts: Facts) -> AssignmentRow:
    account_id, course_id = str(cell.text(row["account_id"])), str(cell.text(row["course_id"]))
    assigned_at = _required_instant(row["assigned_at"], zone)
    removed_at = cell.end_instant(row.get("removed_at"), zone)
    return AssignmentRow(
        assignment_id=str(cell.text(row["assignment_id"])),
        account_id=account_id,
        course_id=course_id,
        assigned_at=assigned_at,
        removed_at=removed_at if removed_at is not None and removed_at <= facts.as_of else END,
        completed_at=min(
            (
                completion.completed_at
                for completion in facts.completions
                if (completion.account_id, completion.course_id) == (account_id, course_id)
                and completion.result in PASSING
                and completion.completed_at >= assigned_at
            ),
            default=END,
        ),
    )


def _accounts(deliveries: list[tuple[dt.datetime, Table]], zone: str) -> list[AccountRow]:
    if not deliveries:
        return []
    shown: dict[str, list[AccountShown]] = {}
    for order, (loaded_at, table) in enumerate(deliveries):
        for _, row in _accepted("lms_accounts", table):
            shown.setdefault(str(cell.text(row["account_id"])), []).append(
                AccountShown(
                    loaded_at=loaded_at,
                    is_first_load=order == 0,
                    status=str(cell.text(row["status"])),
                    deactivated_at=cell.end_instant(row.get("deactivated_at"), zone),
                    last_login_at=cell.instant(row.get("last_login_at"), zone),
                )
            )
    email = "email"
    return [
        AccountRow(
            account_id=str(cell.text(row["account_id"])),
            worker_ref=cell.text(row.get("worker_ref")),
            email=cell.text(row.get(email)),
            username=cell.text(row.get("username")),
            created_at=cell.instant(row.get("created_at"), zone),
            history=tuple(shown[str(cell.text(row["account_id"]))]),
        )
        for _, row in _accepted("lms_accounts", deliveries[-1][1])
    ]
