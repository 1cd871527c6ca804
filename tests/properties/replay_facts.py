"""The facts a replayed run may use: rows of the loads and the policy known at ``known_at``, typed.

Owns which load of a feed counts, which rows are known and which LMS facts are dated after as_of. Draws no
conclusion from them.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass, field
from typing import Final

from properties import replay_text as cell
from properties.replay_modes import Heard, Said, heard, pages, role_rows, rows_in_force
from properties.replay_text import END, RejectedRowError
from worlds import Row, Table, World

from gapwatch.feeds import FEEDS

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
    place: tuple[dt.datetime, int, str, int]
    observed_at: dt.datetime | None
    is_from_first_snapshot: bool


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
    newest = max(_required_instant(load.loaded_at, world.timezone) for load in world.loads)
    known_at = _required_instant(world.known_at, world.timezone) if world.known_at else newest
    sources = {feed: heard(world, feed, known_at) for feed in FEEDS}
    zones = {source.name: source.zone for feed in FEEDS for source in sources[feed]}

    def rows(feed: str) -> list[tuple[Row, str]]:
        return [(said.row, zones[said.source]) for said in rows_in_force(sources[feed], feed)]

    facts = Facts(
        as_of=as_of,
        known_at=known_at,
        zone=world.timezone,
        sites={str(cell.text(row["site"])): row for row, _ in rows("sites")},
        jobs={str(cell.text(row["job_code"])): row for row, _ in rows("jobs")},
        workers={str(cell.text(row["worker_id"])): row for row, _ in rows("workers")},
        hired_on={str(cell.text(row["worker_id"])): cell.date(row.get("hired_on")) for row, _ in rows("workers")},
        roles=[],
        policy=dict(world.policy),
    )
    for feed in FEEDS:
        facts.covers_from[feed] = cell.instant(
            world.settings(feed).covers_from, world.settings(feed).timezone or world.timezone
        )
        if sources[feed]:
            facts.newest_load[feed] = max(
                moment
                for load in world.loads
                if feed in load.feeds and (moment := _required_instant(load.loaded_at, world.timezone)) <= known_at
            )
    facts.roles = [_role(facts, world, said) for said in role_rows(sources["role_history"])]
    facts.completions = [
        completion
        for row, zone in rows("lms_completions")
        if (completion := _completion(row, zone)).completed_at <= as_of
    ]
    facts.assignments = [
        assignment
        for row, zone in rows("lms_assignments")
        if (assignment := _assignment(row, zone, facts)).assigned_at <= as_of
    ]
    facts.logins = [
        (str(cell.text(row["account_id"])), moment)
        for row, zone in rows("lms_logins")
        if (moment := _required_instant(row["logged_in_at"], zone)) <= as_of
    ]
    facts.accounts = _accounts(sources["lms_accounts"])
    return facts


def _required_instant(value: str | None, zone: str) -> dt.datetime:
    found = cell.instant(value, zone)
    if found is None:
        raise RejectedRowError("no instant")
    return found


def _role(facts: Facts, world: World, said: Said) -> RoleRow:
    settings, row = world.settings(said.source), said.row
    site = cell.text(row.get("site"))
    zone = facts.site_zone(site, settings.timezone)
    source_zone = settings.timezone or world.timezone
    employment_type = cell.text(row.get("employment_type"))
    status = str(cell.text(row["status"]))

    stated = str(cell.text(row.get("effective_from")))
    day = said.roster_on or cell.bare_date(stated)
    if day is not None:
        if said.is_last_day:
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
        place=said.place,
        observed_at=said.observed_at,
        is_from_first_snapshot=said.is_from_first_snapshot,
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


def _accounts(sources: list[Heard]) -> list[AccountRow]:
    shown: dict[tuple[str, str], dict[dt.datetime, AccountShown]] = {}
    for source in sources:
        first_loaded_at = source.loads[0][0]
        for said_now, _ in pages(source, "lms_accounts"):
            for said in said_now:
                if cell.text(said.row.get("status")) is None:
                    continue  # a change of an account of which nothing more is known
                history = shown.setdefault((source.name, str(cell.text(said.row["account_id"]))), {})
                history[said.loaded_at] = AccountShown(
                    loaded_at=said.loaded_at,
                    is_first_load=said.loaded_at == first_loaded_at,
                    status=str(cell.text(said.row["status"])),
                    deactivated_at=cell.end_instant(said.row.get("deactivated_at"), source.zone),
                    last_login_at=cell.instant(said.row.get("last_login_at"), source.zone),
                )
    zones = {source.name: source.zone for source in sources}
    email = "email"
    return [
        AccountRow(
            account_id=str(cell.text(said.row["account_id"])),
            worker_ref=cell.text(said.row.get("worker_ref")),
            email=cell.text(said.row.get(email)),
            username=cell.text(said.row.get("username")),
            created_at=cell.instant(said.row.get("created_at"), zones[said.source]),
            history=tuple(shown[said.source, str(cell.text(said.row["account_id"]))].values()),
        )
        for said in rows_in_force(sources, "lms_accounts")
    ]
