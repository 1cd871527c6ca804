"""The policy a simulated company is judged by, as objects, and which requirements a role carries.

Owns the meaning of rules, credits, exceptions, orders and SLAs inside the simulation. Must not be used by the
product, whose own reading is the SQL under ``queries/``.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
from dataclasses import dataclass, field

from gapwatch.simulate.clock import ALWAYS, NEVER, midnight
from gapwatch.simulate.company import JOBS, ORGANISATION_ZONE, SITES


@dataclass(frozen=True, slots=True)
class Requirement:
    """One training requirement. ``facts`` is its row in requirements.csv."""

    code: str
    validity_months: int | None
    grace_days: int
    site_specific: bool
    retrain_on: frozenset[str]
    facts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """Who needs a requirement; an empty condition means any."""

    code: str
    requirement: str
    job: str = ""
    profile: str = ""
    department: str = ""
    site: str = ""
    facility: str = ""
    employment: str = ""
    scope: str = ""
    starts: dt.date | None = None
    ends: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    """A course counts for a requirement, from ``starts`` until ``ends`` (first day no longer)."""

    course: str
    requirement: str
    site: str = ""
    starts: dt.date | None = None
    ends: dt.date | None = None

    def holds(self, instant: int) -> bool:
        """Whether the credit's window covers ``instant``."""
        zone = SITES[self.site].zone if self.site else ORGANISATION_ZONE
        if self.starts is not None and instant < midnight(self.starts, zone):
            return False
        return self.ends is None or instant < midnight(self.ends, zone)


@dataclass(frozen=True, slots=True)
class Dispensation:
    """A row of exceptions.csv. ``approved`` is an instant; ``ends`` is the last day."""

    code: str
    worker: str
    requirement: str
    kind: str
    starts: dt.date
    ends: dt.date
    reason: str
    requested_by: str
    approved_by: str
    approved: int
    has_effect: bool


@dataclass(frozen=True, slots=True)
class Order:
    """Everybody concerned trains anew from that day on."""

    requirement: str
    site: str
    on: dt.date
    reason: str

    @property
    def at(self) -> int:
        """The instant the order takes effect."""
        return midnight(self.on, SITES[self.site].zone if self.site else ORGANISATION_ZONE)


@dataclass(frozen=True, slots=True)
class Sla:
    """How long the LMS may take for one action after one kind of event."""

    event: str
    action: str
    facility: str
    hours: int


@dataclass(frozen=True, slots=True)
class Override:
    """A decision whose account it is; an empty worker means nobody's."""

    account: str
    worker: str
    decided_by: str
    decided: int
    reason: str


RoleKey = tuple[str, str, str, str, tuple[str, ...]]
"""Job code, department, site, employment type, task scope."""


def _fits(pattern: str, value: str) -> bool:
    return not pattern or (bool(value) and fnmatch.fnmatchcase(value, pattern))


@dataclass(slots=True)
class Policy:
    """All policy tables of one simulation."""

    requirements: dict[str, Requirement]
    rules: list[Rule]
    courses: dict[str, str]
    credits: list[Credit]
    orders: list[Order]
    slas: list[Sla]
    exceptions: list[Dispensation] = field(default_factory=list)
    overrides: list[Override] = field(default_factory=list)
    _roles: dict[RoleKey, tuple[tuple[str, int, int], ...]] = field(default_factory=dict)
    _by_course: dict[str, list[Credit]] = field(default_factory=dict)
    _by_requirement: dict[str, list[Credit]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for credit in self.credits:
            self._by_course.setdefault(credit.course, []).append(credit)
            self._by_requirement.setdefault(credit.requirement, []).append(credit)

    def of_course(self, course: str) -> list[Credit]:
        """The credits a course gives."""
        return self._by_course.get(course, [])

    def of_requirement(self, requirement: str) -> list[Credit]:
        """The credits that meet a requirement."""
        return self._by_requirement.get(requirement, [])

    def demands(self, role: RoleKey) -> tuple[tuple[str, int, int], ...]:
        """(requirement, from, to) for a role, one for each rule that fits; instants of the role's site."""
        known = self._roles.get(role)
        if known is None:
            known = self._roles[role] = tuple(self._demands(role))
        return known

    def _demands(self, role: RoleKey) -> list[tuple[str, int, int]]:
        job, department, site, employment, scope = role
        place = SITES[site]
        found: list[tuple[str, int, int]] = []
        for rule in self.rules:
            if (
                _fits(rule.job, job)
                and _fits(rule.profile, JOBS[job].profile)
                and _fits(rule.department, department)
                and _fits(rule.site, site)
                and _fits(rule.facility, place.facility)
                and _fits(rule.employment, employment)
                and (not rule.scope or any(_fits(rule.scope, item) for item in scope))
            ):
                starts = ALWAYS if rule.starts is None else midnight(rule.starts, place.zone)
                ends = NEVER if rule.ends is None else midnight(rule.ends, place.zone)
                found.append((rule.requirement, starts, ends))
        return found

    def needed(self, role: RoleKey, instant: int) -> dict[tuple[str, str], None]:
        """(requirement, site or "") a role carries at an instant, in rule order."""
        return {
            (code, role[2] if self.requirements[code].site_specific else ""): None
            for code, starts, ends in self.demands(role)
            if starts <= instant < ends
        }

    def sla_hours(self, event: str, action: str, facility: str) -> int:
        """The SLA that applies: a row naming the facility type, else a general one, else 24 hours."""
        named = [s.hours for s in self.slas if (s.event, s.action, s.facility) == (event, action, facility)]
        general = [s.hours for s in self.slas if (s.event, s.action, s.facility) == (event, action, "")]
        return min(named or general or [24])

    def course_for(self, requirement: str, site: str, instant: int) -> str | None:
        """The course the LMS assigns for a requirement at a site: the first whose credit holds."""
        return next(iter(self.courses_for(requirement, site, instant)), None)

    def courses_for(self, requirement: str, site: str, instant: int) -> list[str]:
        """The courses that count for a requirement at a site; "" is any site."""
        return [
            credit.course
            for credit in self.of_requirement(requirement)
            if credit.holds(instant) and (not site or credit.site in ("", site))
        ]
