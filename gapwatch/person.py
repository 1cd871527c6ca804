"""The audit sentence: who a worker was on a day, what that required, and whether it was met (contract, section 5).

Owns the wording. Every fact comes from ``queries/ask/person_*.sql``; nothing is decided here. Called by the
command line and the worker page.
"""

from __future__ import annotations

import datetime as dt
import math
import zoneinfo
from dataclasses import dataclass
from typing import Any

from gapwatch.errors import ConfigurationError
from gapwatch.reads import Reader

_Row = dict[str, Any]


@dataclass(frozen=True)
class AuditSentence:
    """One sentence on one requirement (or on the role alone), and the rows it rests on.

    ``state`` is the requirement's state of that day, ``not_evaluable`` where a source that it rests on had stopped,
    ``role`` where the sentence is on the role alone.
    """

    text: str
    requirement_id: str | None
    state: str
    sources: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """The sentence as JSON-ready values."""
        return {
            "text": self.text,
            "requirement_id": self.requirement_id,
            "state": self.state,
            "sources": list(self.sources),
        }


def audit_sentences(reader: Reader, worker_id: str, on: dt.date) -> list[AuditSentence]:
    """The sentences for that worker at the start of that day, local to the site of the role held then.

    One per requirement, in order of requirement_id; a single one where nothing was required or nobody employed. The
    day of as-of has not begun everywhere: where it is still to come, the sentences speak of as-of itself.
    Raises ConfigurationError for an unknown worker and for a day after the generation's as-of.
    """
    known = _records(reader, "person_name", worker_id=worker_id)
    if not known:
        raise ConfigurationError(
            f"no worker {worker_id}",
            do='gapwatch sql "select worker_id from staged_workers" lists them; leading zeros count',
        )
    roles = _records(reader, "person_roles", worker_id=worker_id, on=on)
    zone = zoneinfo.ZoneInfo(roles[0]["timezone"]) if roles else _zone(reader)
    midnight = roles[0]["midnight"] if roles else _utc(dt.datetime.combine(on, dt.time(), zone))
    instant = min(midnight, reader.run.as_of.replace(tzinfo=None))
    if midnight > instant and on > reader.run.as_of.astimezone(_zone(reader)).date():
        raise ConfigurationError(
            f"{on} is after what this run speaks about ({reader.run.as_of:%Y-%m-%d %H:%M} UTC)",
            do=f"ask with --as-of {on}",
        )
    name = f"{worker_id} ({known[0]['full_name']})" if known[0]["full_name"] else worker_id
    if not roles:
        return [AuditSentence(f"On {on} {name} was not employed.", None, "role", ())]
    opening = f"On {on} {name} was {' and '.join(_role(role) for role in roles)}."
    role_rows = tuple(_row_name(role["feed"], role["address"], role["load_id"], role["row_number"]) for role in roles)
    reasons = {row["reason"]: row for row in _records(reader, "rule_rows")}
    required = _records(reader, "person_requirements", worker_id=worker_id, instant=instant)
    if not required:
        return [AuditSentence(f"{opening} Nothing was required.", None, "role", role_rows)]
    return [
        AuditSentence(
            f"{opening} {_requirement(row, instant, zone)}",
            row["requirement_id"],
            "not_evaluable" if row["not_evaluable_because"] else row["state"],
            role_rows + _sources(row, reasons),
        )
        for row in required
    ]


def _zone(reader: Reader) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(reader.run.organisation_timezone)


def _role(role: _Row) -> str:
    title, code = role["job_title"], role["job_code"]
    job = f"{title} ({code})" if title and code else title or code or "without a job code"
    place = f" at {role['site']}" if role["site"] else ""
    status = {"leave": ", on leave", "suspended": ", suspended"}.get(role["status"], "")
    return f"{job}{place}{status}"


def _requirement(row: _Row, instant: dt.datetime, zone: zoneinfo.ZoneInfo) -> str:
    citation = f" ({row['citation']})" if row["citation"] else ""
    at = f" at {row['site']}" if row["site"] else ""
    rules = (row["rule_ids"] or "").split(";")
    rule = f"rule{'s' if len(rules) > 1 else ''} {', '.join(rules)}"
    return f"{row['title']}{citation}{at} was required by {rule} and {_judged(row, instant, zone)}."


def _judged(row: _Row, instant: dt.datetime, zone: zoneinfo.ZoneInfo) -> str:
    known = _state(row, instant, zone)
    if not row["not_evaluable_because"]:
        return known
    since = row["not_evaluable_from"].replace(tzinfo=dt.UTC).astimezone(zone)
    return f"not_evaluable since {since:%Y-%m-%d %H:%M %Z} ({row['not_evaluable_because']}); by what is known, {known}"


def _state(row: _Row, instant: dt.datetime, zone: zoneinfo.ZoneInfo) -> str:
    match row["state"]:
        case "trained":
            until = row["credential_valid_to"]
            valid = f"valid to {_day(until, zone)}" if until else "valid without end"
            done = _day(row["completed_at"], zone)
            return f"met: course {row['course_id']} completed {done} with result {row['result']}, {valid}"
        case "waived" if row["exception_id"]:
            return (
                f"waived through {row['waiver_ends_on']:%Y-%m-%d} by exception {row['exception_id']},"
                f" approved by {row['approved_by']}"
            )
        case "waived":
            return f"waived in the LMS: course {row['course_id']} on {_day(row['completed_at'], zone)}"
        case "on_leave":
            return "not due: on leave"
        case "in_grace":
            until = f" until {_day(row['state_until'], zone)}" if row["state_until"] else ""
            return f"not met yet: in grace{until}"
        case "not_evaluable":
            return "cannot be judged: the completions feed does not cover that day"
        case _:
            days = math.floor((instant - row["opened_at"]) / dt.timedelta(days=1) + 1e-9)
            long = f"{days} day{'' if days == 1 else 's'}"
            return f"NOT met: open since {_day(row['opened_at'], zone)} ({long}), cause {row['cause']}"


def _sources(row: _Row, reasons: dict[str, _Row]) -> tuple[str, ...]:
    sources = [
        f"policy {reasons[reason]['file_name']} row {reasons[reason]['row_number']} ({reason})"
        for reason in (row["rule_ids"] or "").split(";")
        if reason in reasons
    ]
    if row["completion_id"]:
        sources.append(
            _row_name(
                f"lms_completions {row['completion_id']}",
                row["completion_address"],
                row["completion_load_id"],
                row["completion_row_number"],
            )
        )
    if row["exception_id"]:
        sources.append(f"policy {row['waiver_file_name']} row {row['waiver_row_number']} ({row['exception_id']})")
    return tuple(sources)


def _row_name(what: str, address: str, load_id: str, row_number: int) -> str:
    return f"{what}: {address} row {row_number} (load {load_id})"


def _day(instant: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.date:
    return instant.replace(tzinfo=dt.UTC).astimezone(zone).date()


def _utc(instant: dt.datetime) -> dt.datetime:
    return instant.astimezone(dt.UTC).replace(tzinfo=None)


def _records(reader: Reader, question: str, **parameters: object) -> list[_Row]:
    cursor = reader.question(question, **parameters)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
