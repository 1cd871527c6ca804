"""Random small worlds, made so that everything that can coincide does.

``random_world(seed)`` is reproducible and quick: one to four workers, their accounts, training and policy,
with all dates and instants drawn from one small palette crowded around month ends, 29 February and clock
changes. Owns what such a world may hold; decides no rule.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Final

from properties.random_palette import ZONES, written
from properties.random_policy import PolicyMaker
from worlds import Load, Row, SourceSettings, Table, World

_SITES: Final[tuple[Row, ...]] = (
    {"site": "BAY1", "name": "Bay 1", "timezone": "America/Chicago", "facility_type": "plant"},
    {"site": "NYC", "name": "New York", "timezone": "America/New_York", "facility_type": "office"},
    {"site": "CAI", "name": "Cairo", "timezone": "Africa/Cairo", "facility_type": "plant"},
    {"site": "HAV", "name": "Havana", "timezone": "America/Havana", "facility_type": ""},
    {"site": "NOZ", "name": "No zone", "timezone": "", "facility_type": "office"},
)
_JOBS: Final[tuple[Row, ...]] = (
    {"job_code": "OP", "job_title": "Operator", "training_profile": "shop"},
    {"job_code": "OP2", "job_title": "Operator 2", "training_profile": "shop"},
    {"job_code": "HELPER", "job_title": "Helper", "training_profile": ""},
)


def random_world(seed: int) -> World:
    """The world of that seed."""
    return WorldMaker(random.Random(seed)).world()


class WorldMaker(PolicyMaker):
    """Draws one world, feed by feed."""

    def world(self) -> World:
        feeds = self.feeds()
        loads = self.loads(feeds)
        known_at = None
        if len(loads) > 1 and self.maybe(0.4):
            known_at = loads[0].loaded_at if self.maybe(0.5) else self.known_at(loads)
        return World(
            timezone=self.zone,
            loads=loads,
            policy=self.policy(),
            sources=self.settings(),
            as_of=written(self.as_of),
            known_at=known_at,
        )

    def known_at(self, loads: tuple[Load, ...]) -> str:
        first = dt.datetime.fromisoformat(loads[0].loaded_at)
        return written(self.one([moment for moment in self.instants if moment >= first] or [first]))

    def feeds(self) -> dict[str, Table]:
        return {
            "sites": _SITES,
            "jobs": _JOBS,
            "lms_courses": tuple({"course_id": course, "title": course} for course in ("C", "C2", "C3", "C0")),
            "workers": self.worker_rows(),
            "role_history": self.role_rows(),
            "lms_accounts": self.account_rows(),
            "lms_assignments": self.assignment_rows(),
            "lms_completions": self.completion_rows(),
            "lms_logins": self.login_rows(),
        }

    def worker_rows(self) -> Table:
        rows = []
        same_person = self.maybe(0.4)
        for worker_id in self.workers:
            if self.maybe(0.07):
                continue
            rows.append(
                {
                    "worker_id": worker_id,
                    "person_id": "P1" if same_person and self.maybe(0.8) else "",
                    "full_name": f"Worker {worker_id}",
                    "email": self.one((f"{worker_id}@meridian.example", "Shared@meridian.example", "")),
                    "username": self.one((f"u{worker_id}", "shared", "")),
                    "hired_on": self.day(0.7),
                }
            )
        return tuple(rows)

    def role_rows(self) -> Table:
        rows: list[Row] = []
        for worker_id in self.workers:
            for key in self.one((("",), ("",), ("primary",), ("primary", "second"), ("alpha", "beta"))):
                rows += self.assignment_of_role(worker_id, key)
        if rows and self.maybe(0.1):
            rows.append(self.one(rows))
        self.pick.shuffle(rows)
        return tuple(rows)

    def assignment_of_role(self, worker_id: str, key: str) -> list[Row]:
        kind = self.one(("employee", "employee", "employee", "contractor", "temporary", ""))
        job, site, scope = self.one(("OP", "OP", "HELPER")), self.site(), self.one(("", "", "a", "a;b"))
        contract_end = self.day(0.3)
        rows: list[Row] = []
        for place in range(self.one((1, 1, 2, 2, 3) if self.is_calm else (1, 2, 2, 3, 3, 4, 5))):
            status = self.one(("active", "active", "active", "active", "leave", "suspended", "terminated", "prehire"))
            if place == 0:
                status = self.one(("active", "active", "active", "active", "prehire", "leave"))
            if self.maybe(0.8 if self.is_moving else 0.35):
                job = self.one(("OP", "OP2", "HELPER", "ZZZ", ""))
            if self.maybe(0.3):
                site = self.site()
            if self.maybe(0.15):
                scope = self.one(("", "a", "b;a", "a;b", "c"))
            if self.maybe(0.12):
                kind = self.one(("employee", "contractor", "agency"))
            if self.maybe(0.3):
                contract_end = self.day(0.3)
            rows.append(
                {
                    "worker_id": worker_id,
                    "assignment_key": key,
                    "effective_from": self.effective(first=place == 0),
                    "sequence": self.one(("", "", "0", "1", "2")),
                    "effective_to": self.one(("9999-12-31", "4712-12-31"))
                    if self.maybe(0.05)
                    else (self.effective() if self.maybe(0.15) else ""),
                    "recorded_at": self.recorded(),
                    "status": status,
                    "employment_type": kind,
                    "job_code": job,
                    "job_title": self.one(("", "", "Lead")),
                    "department": self.one(("", "D1", "D2")),
                    "site": site,
                    "contract_end_on": contract_end if kind not in ("employee", "") or self.maybe(0.1) else "",
                    "task_scope": scope,
                }
            )
        return rows

    def effective(self, *, first: bool = False) -> str:
        form = self.pick.random()
        if first and form < 0.8:
            return self.one(self.dates[:2]).isoformat()
        if form < 0.03:
            return written(self.one(self.instants))
        if form < 0.05:
            return f"{self.day()}T08:00:00"
        return self.day()

    def recorded(self) -> str:
        form = self.pick.random()
        return "" if form < 0.2 else self.early() if form < (0.92 if self.is_calm else 0.6) else self.at()

    def account_rows(self) -> Table:
        rows: list[Row] = []
        if self.maybe(0.9):
            old = {"account_id": "A0", "status": "deleted", "created_at": "2020-01-01T00:00:00Z"}
            rows.append({**old, "deactivated_at": "2020-02-01T00:00:00Z"})
        count = len(self.workers) + self.one((-1, 0, 0, 1, 2))
        for number in range(1, max(count, 1) + 1):
            account_id = f"A{number}"
            worker_id = self.workers[min(number, len(self.workers)) - 1]
            if self.maybe(0.1):
                worker_id = self.one((*self.workers, "gone"))
            status = self.one(
                ("active", "active", "active", "active", "active" if self.is_calm else "inactive", "deleted")
            )
            way = self.pick.random()
            rows.append(
                {
                    "account_id": account_id,
                    "worker_ref": worker_id if way < 0.75 else "",
                    "username": self.one((f"u{worker_id}", "shared", "")) if way > 0.7 else "",
                    "email": self.one((f" {worker_id}@MERIDIAN.example", "shared@meridian.example", ""))
                    if way > 0.7
                    else "",
                    "status": status,
                    "created_at": self.early() if self.maybe(0.9 if self.is_calm else 0.5) else self.at(0.1),
                    "deactivated_at": self.at() if self.maybe(0.6 if status != "active" else 0.1) else "",
                    "last_login_at": self.at() if self.maybe(0.4) else "",
                }
            )
            self.accounts.append(account_id)
        return tuple(rows)

    def assignment_rows(self) -> Table:
        rows: list[Row] = []
        if self.maybe(0.9):
            old = {"assignment_id": "AS0", "account_id": "A0", "course_id": "C0"}
            rows.append({**old, "assigned_at": "2020-01-02T00:00:00Z", "removed_at": "2020-01-03T00:00:00Z"})
        for number in range(1, self.one((3, 4, 6, 8) if self.is_calm else (1, 2, 3, 4, 6)) + 1):
            assigned, removed = sorted((self.one(self.instants), self.one(self.instants)))
            rows.append(
                {
                    "assignment_id": f"AS{number}",
                    "account_id": self.one(self.accounts),
                    "course_id": self.one(self.courses),
                    "assigned_at": self.at() if self.maybe(0.1) else written(assigned),
                    "removed_at": written(removed) if self.maybe(0.25) else "",
                    "origin": "rule",
                }
            )
        return tuple(rows)

    def completion_rows(self) -> Table:
        rows = []
        for number in range(1, self.one((0, 1) if self.is_moving else (2, 4, 6) if self.is_calm else (1, 2, 3, 4)) + 1):
            results = ("passed", "passed", "passed", "completed", "failed", "incomplete", "waived")
            rows.append(
                {
                    "completion_id": f"D{number}",
                    "account_id": self.one(self.accounts),
                    "course_id": self.one(self.courses),
                    "completed_at": written(self.one(self.instants[: len(self.instants) * 2 // 3]))
                    if self.is_calm
                    else self.at(),
                    "result": self.one(results),
                    "expires_at": self.day() if self.maybe(0.1) else self.at(0.8),
                    "recorded_at": self.at(0.7),
                    "site": self.site(0.5),
                }
            )
        return tuple(rows)

    def login_rows(self) -> Table:
        count = self.one((0, 0, 2, 4))
        return tuple({"account_id": self.one((*self.accounts, "A0")), "logged_in_at": self.at()} for _ in range(count))

    def loads(self, feeds: dict[str, Table]) -> tuple[Load, ...]:
        """One load, or two of which the earlier one differs in a few rows."""
        latest = self.as_of if self.maybe(0.8) else self.one(self.instants)
        if self.maybe(0.65):
            return (Load(written(latest), feeds),)
        earlier = {feed: self.earlier(feed, rows) for feed, rows in feeds.items()}
        before = [moment for moment in self.instants if moment < latest] or [latest - dt.timedelta(days=1)]
        return (Load(written(self.one(before)), earlier), Load(written(latest), feeds))

    def earlier(self, feed: str, rows: Table) -> Table:
        if feed in ("sites", "jobs", "lms_courses"):
            return rows
        kept = [dict(row) for row in rows if self.maybe(0.85)]
        for row in kept:
            if feed == "lms_accounts" and row["account_id"] != "A0" and self.maybe(0.4):
                row["status"] = self.one(("active", "inactive"))
                row["deactivated_at"] = self.one(("", row["deactivated_at"]))
        return tuple(kept)

    def settings(self) -> dict[str, SourceSettings]:
        hr_zone = self.one(ZONES) if self.maybe(0.2) else None
        lms_zone = self.one(ZONES[:3]) if self.maybe(0.2) else None
        found = {
            feed: SourceSettings(
                timezone=lms_zone,
                covers_from=self.day() if self.maybe(0.08) else None,
            )
            for feed in ("lms_accounts", "lms_assignments", "lms_completions", "lms_logins")
        }
        found["role_history"] = SourceSettings(
            timezone=hr_zone,
            end_dates=self.one(("exclusive", "exclusive", "inclusive")),
            termination_dates=self.one(("first_day", "first_day", "first_day", "last_day")),
        )
        return found
