"""account_links of the replay, and when each account was active.

Owns whose an account is. Knows no roles but the worker_ids in them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from properties import replay_text as cell
from properties.replay_facts import AccountRow, Facts
from properties.replay_text import BEGINNING, END
from worlds import Row


@dataclass(frozen=True, kw_only=True)
class Account:
    """One listed account. ``active`` holds the intervals in which it was active, in order, none empty."""

    account_id: str
    status: str
    method: str | None
    worker_id: str | None
    person_id: str | None
    created_at: dt.datetime | None
    closes: tuple[dt.datetime, ...]
    active: tuple[tuple[dt.datetime, dt.datetime], ...]

    def is_active(self, moment: dt.datetime) -> bool:
        """Whether it is active at that instant."""
        return any(cell.is_in(moment, start, end) for start, end in self.active)

    def was_active(self, start: dt.datetime, end: dt.datetime) -> bool:
        """Whether it was active at any time in the half-open interval."""
        return any(max(start, since) < min(end, until) for since, until in self.active)

    def last_closed(self, moment: dt.datetime) -> dt.datetime:
        """The end of the last active interval that began before that instant; END when it is still open."""
        return max((until for since, until in self.active if since < moment), default=END)


def listed_accounts(facts: Facts) -> list[Account]:
    """All accounts created by as_of, each linked, ambiguous or unlinked."""
    accounts = []
    for row in facts.accounts:
        if row.created_at is not None and row.created_at > facts.as_of:
            continue
        status, method, worker_id = _link(facts, row)
        closes, active = _activity(facts, row)
        accounts.append(
            Account(
                account_id=row.account_id,
                status=status,
                method=method,
                worker_id=worker_id,
                person_id=facts.person(worker_id) if worker_id else None,
                created_at=row.created_at,
                closes=closes,
                active=active,
            )
        )
    return accounts


def account_links(accounts: list[Account]) -> list[dict[str, object]]:
    """The published rows."""
    return [
        {
            "account_id": account.account_id,
            "worker_id": account.worker_id,
            "person_id": account.person_id,
            "status": account.status,
            "method": account.method,
        }
        for account in accounts
    ]


def _link(facts: Facts, row: AccountRow) -> tuple[str, str | None, str | None]:
    decision = _override(facts, row.account_id)
    if decision is not None:
        worker_id = cell.text(decision.get("worker_id"))
        return ("linked", "override", worker_id) if worker_id in facts.worker_ids else ("unlinked", "override", None)
    for method, candidates in (
        ("worker_ref", {row.worker_ref} & facts.worker_ids),
        ("email", _workers_with(facts, "email", row.email, lower=True)),
        ("username", _workers_with(facts, "username", row.username, lower=False)),
    ):
        workers = {worker_id for worker_id in candidates if worker_id}
        persons = {facts.person(worker_id) for worker_id in workers}
        if len(persons) > 1:
            return "ambiguous", None, None
        if workers:
            return (
                "linked",
                method,
                max(workers, key=lambda one: (facts.hired_on.get(one) or dt.date.min, one)),
            )
    return "unlinked", None, None


def _override(facts: Facts, account_id: str) -> Row | None:
    """The latest decision known; of equal instants the last row."""
    known = []
    for number, row in enumerate(facts.policy.get("identity_overrides", ())):
        decided_at = cell.instant(row.get("decided_at"), facts.zone)
        if cell.text(row["account_id"]) == account_id and decided_at and decided_at <= facts.known_at:
            known.append((decided_at, number, row))
    return max(known, key=lambda one: one[:2])[2] if known else None


def _workers_with(facts: Facts, column: str, value: str | None, *, lower: bool) -> set[str]:
    if value is None:
        return set()
    wanted = value.lower() if lower else value
    found = set()
    for worker_id, row in facts.workers.items():
        held = cell.text(row.get(column))
        if held is not None and (held.lower() if lower else held) == wanted:
            found.add(worker_id)
    return found


def _activity(
    facts: Facts, row: AccountRow
) -> tuple[tuple[dt.datetime, ...], tuple[tuple[dt.datetime, dt.datetime], ...]]:
    """When it was closed, and when it was active, from the facts dated up to as_of."""
    start = row.created_at or BEGINNING
    now = row.history[-1]
    reopened = END
    if now.deactivated_at is not None:
        closed = now.deactivated_at
        if now.status == "active":
            for shown in reversed(row.history):
                if shown.status != "active" or shown.deactivated_at != closed or closed > shown.loaded_at:
                    break
                reopened = shown.loaded_at
    elif now.status != "active":
        first = now
        for shown in reversed(row.history):
            if shown.status == "active":
                break
            first = shown
        closed = first.loaded_at if not first.is_first_load else (first.last_login_at or row.created_at or BEGINNING)
    else:
        closed = END
    if closed > facts.as_of:
        closed = reopened = END
    if reopened > facts.as_of:
        reopened = END
    intervals = [(start, closed), (max(reopened, start), END)]
    active = tuple((since, until) for since, until in intervals if since < until)
    return ((closed,) if closed != END else ()), active
