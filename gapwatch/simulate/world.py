"""What exists in a simulated company: people, roles, HR rows and events, accounts, assignments, attempts.

Owns the objects only. Every instant is whole seconds UTC; ``NEVER`` is an end that has not come. The lists
of a person are what the simulation caused; ``truth`` reads nothing else.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field, replace

from gapwatch.simulate.clock import ALWAYS, NEVER, midnight
from gapwatch.simulate.company import JOBS, SITES
from gapwatch.simulate.policy import Policy, RoleKey


@dataclass(frozen=True, slots=True)
class Role:
    """What a worker is on one assignment, as HR would enter it."""

    status: str
    employment: str
    job: str
    department: str
    site: str
    manager: str = ""
    agency: str = ""
    sponsor: str = ""
    contract_end: dt.date | None = None
    scope: tuple[str, ...] = ()

    def but(self, **changes: object) -> Role:
        """The same role with some things changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def key(self) -> RoleKey:
        """What decides which requirements the role carries."""
        return (self.job, self.department, self.site, self.employment, self.scope)

    @property
    def zone(self) -> str:
        """Time zone of the site."""
        return SITES[self.site].zone

    @property
    def title(self) -> str:
        """Job title."""
        return JOBS[self.job].title


@dataclass(slots=True)
class HrRow:
    """One row of role history as entered. ``until`` is the first day no longer covered."""

    assignment: str
    on: dt.date
    sequence: int
    recorded: int
    role: Role
    reason: str
    until: dt.date | None = None


@dataclass(slots=True)
class Span:
    """A time in which one assignment was employed in one role."""

    assignment: str
    start: int
    end: int
    role: Role
    recorded: int


@dataclass(frozen=True, slots=True)
class Event:
    """An HR event the simulation caused. ``facility`` is that which its SLA goes by."""

    worker: str
    assignment: str
    kind: str
    at: int
    recorded: int
    facility: str
    site: str


@dataclass(slots=True)
class Worker:
    """One worker_id."""

    code: str
    hired_on: dt.date
    worker_type: str
    rows: list[HrRow] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def employed_at(self, instant: int) -> list[Span]:
        """The spans in force at an instant."""
        return [span for span in self.spans if span.start <= instant < span.end]


@dataclass(slots=True)
class Attempt:
    """One row of lms_completions. ``covers_to`` is the last day named by expires_at."""

    code: str
    account: Account
    course: str
    at: int
    result: str
    site: str
    covers_to: dt.date | None
    recorded: int
    score: str
    evaluator: str
    verified_by: str

    @property
    def is_pass(self) -> bool:
        """Whether the LMS closes the assignment for it."""
        return self.result in ("passed", "completed", "waived")


@dataclass(slots=True)
class Assignment:
    """One row of lms_assignments; ``done`` is its first pass."""

    code: str
    account: Account
    course: str
    at: int
    origin: str
    due: int
    removed: int = NEVER
    done: int = NEVER
    cause: str = ""

    @property
    def closed(self) -> int:
        """When it stopped being open."""
        return min(self.removed, self.done)


@dataclass(slots=True, eq=False)
class Account:
    """One LMS account. ``created`` is ALWAYS where the LMS has forgotten it; ``closed`` ends its activity."""

    code: str
    worker_ref: str
    username: str
    email: str
    full_name: str
    created: int
    closed: int = NEVER
    status: str = "active"
    has_closing_date: bool = True
    logins: list[int] = field(default_factory=list)

    @property
    def has_created(self) -> bool:
        """Whether the LMS knows when it was created."""
        return self.created != ALWAYS


@dataclass(slots=True)
class Person:
    """One human being with every worker_id, and what the LMS holds that truly serves them."""

    code: str
    full_name: str
    email: str
    username: str
    workers: list[Worker] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)


@dataclass(slots=True)
class SyncRun:
    """One run of an integration."""

    code: str
    integration: str
    method: str
    started: int
    finished: int
    status: str
    read: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class SyncError:
    """One record a run could not bring across. ``change_at``, which no log says, is the instant of the HR event."""

    run: str
    at: int
    worker_ref: str
    kind: str
    message: str
    change_at: int


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """One completion as the HRIS holds it. ``attempt`` is what it is a copy of, None for one the LMS never had."""

    worker: str
    course: str
    at: int
    result: str
    recorded: int
    attempt: Attempt | None


@dataclass(slots=True)
class World:
    """Everything. ``strays`` are accounts that serve nobody, with what hangs on them.

    ``before`` are attempts and assignments, by their code, as the LMS delivered them a day before the end, where
    somebody has changed them or taken them out since.
    """

    seed: int
    start: dt.date
    rng: random.Random
    policy: Policy
    people: list[Person] = field(default_factory=list)
    strays: list[Person] = field(default_factory=list)
    runs: list[SyncRun] = field(default_factory=list)
    errors: list[SyncError] = field(default_factory=list)
    records: list[TrainingRecord] = field(default_factory=list)
    before: dict[str, Attempt | Assignment] = field(default_factory=dict)
    facts: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    serials: dict[str, int] = field(default_factory=dict)

    def serial(self, kind: str) -> int:
        """The next number of a kind, from 1."""
        number = self.serials[kind] = self.serials.get(kind, 0) + 1
        return number

    def note(self, kind: str, **fact: str) -> None:
        """Keep a fact for the answer key."""
        self.facts.setdefault(kind, []).append(fact)

    @property
    def began(self) -> int:
        """The instant at which the simulated time begins, in the westernmost zone."""
        return midnight(self.start, "America/Los_Angeles")
