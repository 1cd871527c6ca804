"""credential_periods of the replay: which completions earned what, for whom, and until when.

Owns credits and what ends a credential. Decides nothing about what is required.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from properties import replay_text as cell
from properties.replay_accounts import Account
from properties.replay_facts import PASSING, AssignmentRow, CompletionRow, Facts
from properties.replay_requirements import Period, Requirement
from properties.replay_roles import Event, State
from properties.replay_text import BEGINNING, END, shown

_ENDED_BY: Final = ("expires_at", "validity", "retrain_event", "retrain_order")


@dataclass(frozen=True, kw_only=True)
class Credit:
    """One row of course_credits; its window in UTC."""

    course_id: str
    requirement_id: str
    site: str | None
    valid_from: dt.datetime
    valid_to: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Credential:
    """One credential period of one worker_id."""

    worker_id: str
    requirement_id: str
    site: str | None
    valid_from: dt.datetime
    valid_to: dt.datetime
    kind: str
    completion_id: str
    ended_by: str | None

    def holds(self, moment: dt.datetime) -> bool:
        """Whether it holds at that instant."""
        return self.valid_from <= moment < self.valid_to


def read_credits(facts: Facts) -> list[Credit]:
    """The course credits with their windows."""
    granted = []
    for row in facts.policy.get("course_credits", ()):
        site = cell.text(row.get("site"))
        zone = facts.site_zone(site)
        first, last = cell.date(row.get("valid_from")), cell.end_date(row.get("valid_to"))
        granted.append(
            Credit(
                course_id=str(cell.text(row["course_id"])),
                requirement_id=str(cell.text(row["requirement_id"])),
                site=site,
                valid_from=cell.midnight(first, zone) if first else BEGINNING,
                valid_to=cell.midnight(last, zone) if last else END,
            )
        )
    return granted


def counts_for(assignment: AssignmentRow, period: Period, granted: list[Credit]) -> bool:
    """Whether the assignment is to a course crediting this requirement (at this site)."""
    return any(
        credit.course_id == assignment.course_id
        and credit.requirement_id == period.requirement.requirement_id
        and cell.is_in(assignment.assigned_at, credit.valid_from, credit.valid_to)
        and (not period.requirement.is_site_specific or credit.site is None or credit.site == period.site)
        for credit in granted
    )


def all_credentials(
    facts: Facts,
    accounts: list[Account],
    states: list[State],
    events: list[Event],
    requirements: dict[str, Requirement],
    granted: list[Credit],
) -> list[Credential]:
    """The credential periods of every worker_id; empty ones are none."""
    person_of_account = {account.account_id: account.person_id for account in accounts}
    credentials: set[Credential] = set()
    for completion in facts.completions:
        person = person_of_account.get(completion.account_id)
        if person is None or completion.result not in PASSING:
            continue
        for credit in granted:
            requirement = requirements[credit.requirement_id]
            if credit.course_id != completion.course_id or not cell.is_in(
                completion.completed_at, credit.valid_from, credit.valid_to
            ):
                continue
            if requirement.is_site_specific:
                site = credit.site or completion.site
                if site is None:
                    continue
            else:
                site = None
                if credit.site is not None and credit.site != completion.site:
                    continue
            for worker_id in facts.worker_ids:
                if facts.person(worker_id) == person:
                    credentials.add(
                        _credential(facts, completion, requirement, site, worker_id, states=states, events=events)
                    )
    return [credential for credential in credentials if credential.valid_from < credential.valid_to]


def _credential(
    facts: Facts,
    completion: CompletionRow,
    requirement: Requirement,
    site: str | None,
    worker_id: str,
    *,
    states: list[State],
    events: list[Event],
) -> Credential:
    start = completion.completed_at
    ends = {
        "expires_at": completion.expires_at or END,
        "validity": cell.add_months(start, requirement.validity_months) if requirement.validity_months else END,
        "retrain_event": min(
            (
                event.effective_at
                for event in events
                if event.worker_id == worker_id
                and event.event_type in requirement.retrain_on
                and event.effective_at > start
            ),
            default=END,
        ),
        "retrain_order": min(
            (
                moment
                for moment in _retrain_orders(facts, requirement, site, worker_id, states=states)
                if moment > start
            ),
            default=END,
        ),
    }
    end = min(ends.values())
    return Credential(
        worker_id=worker_id,
        requirement_id=requirement.requirement_id,
        site=site,
        valid_from=start,
        valid_to=end,
        kind="waived" if completion.result == "waived" else "trained",
        completion_id=completion.completion_id,
        ended_by=None if end == END else next(name for name in _ENDED_BY if ends[name] == end),
    )


def _retrain_orders(
    facts: Facts, requirement: Requirement, site: str | None, worker_id: str, *, states: list[State]
) -> list[dt.datetime]:
    """The instants of the orders that concern a credential of that worker and site."""
    moments = []
    for row in facts.policy.get("retrain_orders", ()):
        ordered_at, effective_on = cell.text(row.get("site")), cell.date(row.get("effective_on"))
        if cell.text(row["requirement_id"]) != requirement.requirement_id or effective_on is None:
            continue
        moment = cell.midnight(effective_on, facts.site_zone(ordered_at))
        if ordered_at is None:
            concerned = True
        elif requirement.is_site_specific:
            concerned = ordered_at == site
        else:
            concerned = any(
                state.worker_id == worker_id and state.is_employed and state.site == ordered_at and state.holds(moment)
                for state in states
            )
        if concerned:
            moments.append(moment)
    return moments


def credential_periods(credentials: list[Credential]) -> list[dict[str, object]]:
    """The published rows."""
    return [
        {
            "worker_id": credential.worker_id,
            "requirement_id": credential.requirement_id,
            "site": credential.site,
            "valid_from": credential.valid_from,
            "valid_to": shown(credential.valid_to),
            "kind": credential.kind,
            "completion_id": credential.completion_id,
            "ended_by": credential.ended_by,
        }
        for credential in credentials
    ]
