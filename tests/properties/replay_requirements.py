"""requirement_periods of the replay: what was required of whom, by which rules.

Owns policy dates, patterns and exceptions. Every demand (one role state x one rule or exception) is
kept, so that later steps can ask which role states require something at an instant.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from properties import replay_text as cell
from properties.replay_facts import Facts
from properties.replay_roles import State
from properties.replay_text import BEGINNING, END, RejectedRowError, shown
from worlds import Row

_CONDITIONS: Final = (
    "job_code",
    "training_profile",
    "department",
    "site",
    "facility_type",
    "employment_type",
    "task_scope",
)


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One row of requirements."""

    requirement_id: str
    citation: str | None
    severity: str | None
    validity_months: int | None
    grace: dt.timedelta
    is_site_specific: bool
    retrain_on: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Demand:
    """A role state under one rule or ``add`` exception; ``policy_*`` is the rule's own time in its zone."""

    state: State
    requirement_id: str
    site: str | None
    source_id: str
    policy_from: dt.datetime
    policy_to: dt.datetime

    @property
    def valid_from(self) -> dt.datetime:
        """From when the state requires it."""
        return max(self.state.valid_from, self.policy_from)

    @property
    def valid_to(self) -> dt.datetime:
        """To when the state requires it."""
        return min(self.state.valid_to, self.policy_to)

    @property
    def is_ever(self) -> bool:
        """Whether the state and the rule ever meet."""
        return self.valid_from < self.valid_to

    def holds(self, moment: dt.datetime) -> bool:
        """Whether the state requires it at that instant."""
        return self.valid_from <= moment < self.valid_to


@dataclass(frozen=True, kw_only=True)
class Period:
    """One requirement period; ``demands`` are those it was merged from."""

    worker_id: str
    requirement: Requirement
    site: str | None
    valid_from: dt.datetime
    valid_to: dt.datetime
    demands: tuple[Demand, ...]

    def demanding(self, moment: dt.datetime) -> list[State]:
        """The role states that require it at that instant."""
        return [demand.state for demand in self.demands if demand.holds(moment)]


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """One effective exception of kind ``waive``, or ``add``; its local dates."""

    exception_id: str
    worker_id: str
    requirement_id: str
    kind: str
    starts_on: dt.date
    ends_on: dt.date
    approved_at: dt.datetime

    def interval(self, zone: str) -> tuple[dt.datetime, dt.datetime]:
        """When it has effect on a role state in that zone."""
        return (
            max(cell.midnight(self.starts_on, zone), self.approved_at),
            cell.midnight(self.ends_on + cell.DAY, zone),
        )


def read_requirements(facts: Facts) -> dict[str, Requirement]:
    """The requirements by id."""
    return {
        str(cell.text(row["requirement_id"])): Requirement(
            requirement_id=str(cell.text(row["requirement_id"])),
            citation=cell.text(row.get("citation")),
            severity=cell.text(row.get("severity")),
            validity_months=int(months) if (months := cell.text(row.get("validity_months"))) else None,
            grace=dt.timedelta(hours=24 * (cell.number(row.get("grace_days")) or 0)),
            is_site_specific=(cell.text(row.get("is_site_specific")) or "").lower() == "true",
            retrain_on=cell.items(row.get("retrain_on")),
        )
        for row in facts.policy.get("requirements", ())
    }


def effective_exceptions(facts: Facts) -> list[Waiver]:
    """The exceptions that are well formed, known, and approved by somebody else."""
    return [waiver for row in facts.policy.get("exceptions", ()) if (waiver := _exception(facts, row)) is not None]


def _exception(facts: Facts, row: Row) -> Waiver | None:
    names = ("exception_id", "worker_id", "requirement_id", "reason", "approved_by")
    texts = {name: cell.text(row.get(name)) for name in names}
    kind = cell.text(row.get("kind"))
    try:
        starts_on, ends_on = cell.date(row.get("starts_on")), cell.date(row.get("ends_on"))
        approved_at = cell.instant(row.get("approved_at"), facts.zone)
    except RejectedRowError:
        return None
    if None in texts.values() or kind not in ("waive", "add"):
        return None
    if starts_on is None or ends_on is None or approved_at is None or approved_at > facts.known_at:
        return None
    worker_id, approver = str(texts["worker_id"]), str(texts["approved_by"]).lower()
    worker = facts.workers.get(worker_id, {})
    own_names = {
        cell.text(row.get("requested_by")),
        worker_id,
        cell.text(worker.get("email")),
        cell.text(worker.get("username")),
    }
    if approver in {name.lower() for name in own_names if name}:
        return None
    return Waiver(
        exception_id=str(texts["exception_id"]),
        worker_id=worker_id,
        requirement_id=str(texts["requirement_id"]),
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        approved_at=approved_at,
    )


def all_demands(
    facts: Facts, states: list[State], requirements: dict[str, Requirement], exceptions: list[Waiver]
) -> list[Demand]:
    """Every employed state with every rule and ``add`` exception that fits it, even if they never meet."""
    demands = []
    for state in states:
        if not state.is_employed:
            continue
        zone = state.row.zone
        found: list[tuple[str, str, dt.datetime, dt.datetime]] = []
        for row in facts.policy.get("requirement_rules", ()):
            if _fits(row, state):
                starts_on, ends_on = (
                    cell.date(row.get("effective_from")),
                    cell.end_date(row.get("effective_to")),
                )
                found.append(
                    (
                        str(cell.text(row["rule_id"])),
                        str(cell.text(row["requirement_id"])),
                        cell.midnight(starts_on, zone) if starts_on else BEGINNING,
                        cell.midnight(ends_on, zone) if ends_on else END,
                    )
                )
        found += [
            (exception.exception_id, exception.requirement_id, *exception.interval(zone))
            for exception in exceptions
            if exception.kind == "add" and exception.worker_id == state.worker_id
        ]
        demands += [
            Demand(
                state=state,
                requirement_id=requirement_id,
                site=state.site if requirements[requirement_id].is_site_specific else None,
                source_id=source_id,
                policy_from=policy_from,
                policy_to=policy_to,
            )
            for source_id, requirement_id, policy_from, policy_to in found
        ]
    return demands


def _fits(rule: Row, state: State) -> bool:
    """Whether every condition of the rule matches the state; an empty one means any."""
    held: dict[str, set[str]] = {
        "job_code": {state.job_code or ""},
        "training_profile": {state.training_profile or ""},
        "department": {state.row.texts["department"] or ""},
        "site": {state.site or ""},
        "facility_type": {state.facility_type or ""},
        "employment_type": {state.row.employment_type or ""},
        "task_scope": set(state.row.task_scope),
    }
    for name in _CONDITIONS:
        pattern = cell.text(rule.get(name))
        if pattern is not None and not any(_matches(pattern, value) for value in held[name] if value):
            return False
    return True


def _matches(pattern: str, value: str) -> bool:
    expression = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(expression, value, re.DOTALL) is not None


def all_periods(demands: list[Demand], requirements: dict[str, Requirement]) -> list[Period]:
    """The demands of one worker, requirement and site, merged where they overlap or adjoin."""
    groups: dict[tuple[str, str, str | None], list[Demand]] = {}
    for demand in demands:
        if demand.is_ever:
            groups.setdefault((demand.state.worker_id, demand.requirement_id, demand.site), []).append(demand)
    periods = []
    for (worker_id, requirement_id, site), group in groups.items():
        runs: list[list[Demand]] = []
        for demand in sorted(group, key=lambda one: one.valid_from):
            if runs and demand.valid_from <= max(one.valid_to for one in runs[-1]):
                runs[-1].append(demand)
            else:
                runs.append([demand])
        periods += [
            Period(
                worker_id=worker_id,
                requirement=requirements[requirement_id],
                site=site,
                valid_from=run[0].valid_from,
                valid_to=max(one.valid_to for one in run),
                demands=tuple(run),
            )
            for run in runs
        ]
    return periods


def requirement_periods(periods: list[Period]) -> list[dict[str, object]]:
    """The published rows."""
    return [
        {
            "worker_id": period.worker_id,
            "requirement_id": period.requirement.requirement_id,
            "site": period.site,
            "valid_from": period.valid_from,
            "valid_to": shown(period.valid_to),
            "rule_ids": ";".join(sorted({demand.source_id for demand in period.demands})),
        }
        for period in periods
    ]
