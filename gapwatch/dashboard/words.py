"""How the dashboard says things: dates, durations, numbers, causes, and the headline sentences.

Owns wording only. Decides nothing: verdicts, causes and states arrive as the published words.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

UNKNOWN: Final = "not known"
CAUSES: Final = {
    "not_recorded": "HR had not recorded the role",
    "no_account": "no LMS account",
    "never_assigned": "never assigned",
    "assignment_removed": "assignment removed",
    "expired_unassigned": "expired, not reassigned",
    "expired": "expired",
    "not_completed": "not completed",
}
OWNERS: Final = {
    "hr": "HR",
    "integration": "Integration",
    "training": "Training",
    "learner": "Learner",
}
STATES: Final = {
    "trained": "trained",
    "in_grace": "in grace",
    "on_leave": "on leave",
    "waived": "waived",
    "gap": "gap",
    "not_evaluable": "not evaluable",
}
EVENTS: Final = {
    "hire": "Hire",
    "rehire": "Rehire",
    "contractor_start": "Contractor start",
    "role_change": "Role change",
    "transfer": "Transfer",
    "leave_start": "Leave start",
    "leave_return": "Leave return",
    "termination": "Termination",
    "contract_end": "Contract end",
}
ACTIONS: Final = {
    "create_account": "Create account",
    "assign": "Assign course",
    "remove_assignment": "Remove assignment",
    "deactivate_account": "Deactivate account",
    "close_assignments": "Close assignments",
}
VERDICTS: Final = {
    "early": "Early",
    "on_time": "On time",
    "late": "Late",
    "missing": "Missing",
    "pending": "Pending",
    "not_evaluable": "Not evaluable",
}
STATUS: Final = {
    "pass": "Passed",
    "fail": "Failed",
    "error": "Could not run",
    "accepted": "Accepted",
    "held": "Held back",
    "unchanged": "Unchanged",
    "linked": "Linked",
    "orphan": "Orphan",
    "ambiguous": "Ambiguous",
    "unlinked": "Unlinked",
    "fresh": "Fresh",
    "late": "Late",
    "overdue": "Overdue",
    "never_loaded": "Never loaded",
}
METHODS: Final = {
    "sftp": "SFTP batch",
    "rest": "REST",
    "scim": "SCIM",
    "middleware": "Middleware",
    "manual": "By hand",
}
FITNESS: Final = {
    "ruled_out": "Ruled out",
    "carries_no_roles": "Carries no roles",
    "breaks_promise": "Breaks its promise",
    "too_slow": "Too slow",
    "not_evaluable": "Not evaluable",
    "fits": "Fits",
}
FAILURES: Final = {"record": "Record failed", "failed_run": "Run failed", "silence": "No run"}
ERRORS: Final = {
    "timeout": "Time-out",
    "format_mismatch": "Format mismatch",
    "missing_job_code": "Missing job code",
    "authentication": "Authentication",
    "other": "Other",
}
WRITEBACK: Final = {
    "same": "The same in both",
    "pending": "Not due yet",
    "late": "Late in the HRIS",
    "missing_in_hris": "Missing in the HRIS",
    "missing_in_lms": "Missing in the LMS",
    "different_result": "Another result",
    "different_time": "Another time of day",
}
RATINGS: Final = {"green": "✓ Green", "amber": "▲ Amber", "red": "✕ Red", "unknown": "? Unknown"}
CHANGES: Final = {
    "altered": "Altered",
    "back_dated": "Back-dated",
    "vanished": "Vanished",
    "removed": "Silently removed",
}
_DAY: Final = re.compile(r"(?<![\w-])\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?![\w-])")
_HOURS: Final = re.compile(r"\b(\d+(?:\.\d+)?) h\b")
_LONG: Final = re.compile(r"(?<![\w.,-])\d{5,}(?![\w.,-])")
_MARKDOWN: Final = re.compile(r"([\\`*_\[\]#|<>~$:^&]|^[-+])")


def number(value: object, digits: int = 0) -> str:
    """1234 -> "1,234"; missing -> "not known"."""
    return UNKNOWN if _missing(value) else f"{float(str(value)):,.{digits}f}"


def count(value: int, one: str, many: str = "") -> str:
    """(1, "gap") -> "1 gap"; (1200, "gap") -> "1,200 gaps"; (2, "person", "people") -> "2 people"."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def percent(value: object) -> str:
    """One decimal below 10 and above 90, else none: "97.8%", "54%"; "100%" and "0%" plain."""
    if _missing(value):
        return UNKNOWN
    figure = float(str(value))
    if figure in (0.0, 100.0):
        return f"{figure:.0f}%"
    return f"{figure:.1f}%" if figure < 10 or figure > 90 else f"{figure:.0f}%"


def points(value: object) -> str:
    """A difference of percentages: "+7.2 points", "−0.4 points"."""
    if _missing(value):
        return UNKNOWN
    figure = float(str(value))
    return f"{figure:+.1f} points".replace("-", "−")


def days(value: object) -> str:
    """A duration given in days: "41 days", "1 day", below two days in hours: "5.2 h"."""
    if _missing(value):
        return UNKNOWN
    figure = float(str(value))
    if abs(figure) < 2:
        return hours(figure * 24)
    return f"{figure:,.0f} days"


def hours(value: object) -> str:
    """A duration given in hours: "5.2 h", below one hour in minutes, from 72 h on in days."""
    if _missing(value):
        return UNKNOWN
    figure = float(str(value))
    if abs(figure) >= 72:
        return f"{figure / 24:,.0f} days"
    if abs(figure) < 1:
        return f"{figure * 60:.0f} min"
    return f"{figure:.1f} h" if abs(figure) < 10 else f"{figure:.0f} h"


def day(value: object) -> str:
    """A date: "14 Mar 2026"; missing -> "not known"."""
    if _missing(value):
        return UNKNOWN
    moment = pd.Timestamp(str(value))
    return f"{moment.day} {moment:%b %Y}"


def moment(value: dt.datetime, zone: str) -> str:
    """An instant in that zone: "14 Mar 2026, 06:00 CDT"."""
    local = local_time(value, zone)
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


def local_time(value: object, zone: str) -> dt.datetime:
    """A UTC instant (naive or aware) as aware local time of that zone."""
    stamp = pd.Timestamp(str(value))
    aware = stamp.tz_localize(dt.UTC) if stamp.tzinfo is None else stamp
    local: dt.datetime = aware.tz_convert(ZoneInfo(zone)).to_pydatetime()
    return local


def zone(name: str) -> str:
    """A time zone as people call it: "America/New_York" -> "New York time"; "UTC" -> "UTC"."""
    place = name.rsplit("/", 1)[-1].replace("_", " ")
    return f"{place} time" if "/" in name else place


def dated(text: str) -> str:
    """The text with its days as people write them: "2026-01-01 to 2026-06-30" -> "1 Jan 2026 to 30 Jun 2026"."""
    return _DAY.sub(lambda found: day(found[0]), text)


def tidy(text: str) -> str:
    """A sentence of the report with its durations and numbers as people write them: "1417.3 h" -> "59 days",
    "95.3 % (14821 of 15550)" -> "95.3% (14,821 of 15,550)".
    """
    told = _HOURS.sub(lambda found: hours(found[1]).replace(".0 ", " "), str(text))
    told = _LONG.sub(lambda found: f"{int(found[0]):,}", told)
    return sentence_case(told.replace(" %", "%"))


def person(name: object, worker_id: object) -> str:
    """ "Dana Ruiz (W1042)", or the id alone when no name is known."""
    return str(worker_id) if _missing(name) else f"{name} ({worker_id})"


def said(words: dict[str, str], value: object) -> str:
    """The published word in the reader's words; itself, with spaces, when there is none."""
    if _missing(value):
        return UNKNOWN
    return words.get(str(value), str(value).replace("_", " "))


def sentence_case(text: str) -> str:
    """The text with a capital first; what follows keeps its capitals."""
    return text[:1].upper() + text[1:]


def plain(text: object) -> str:
    """Source text made safe to stand in Markdown: nothing in it is read as markup."""
    return "" if _missing(text) else _MARKDOWN.sub(r"\\\1", str(text))


def joined(parts: list[str]) -> str:
    """["a", "b", "c"] -> "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def headline(*, gaps: int, people: int, sites: int, critical: int, longest_days: float | None) -> str:
    """The overview's sentence about open gaps; the all-clear is the page's, which knows its population."""
    place = f" at {count(sites, 'site')}" if sites > 1 else ""
    worst = f", {critical:,} critical" if critical else ", none critical"
    first = f"{count(gaps, 'open gap')} on {count(people, 'person', 'people')}{place}{worst}"
    return f"{first}; {days(longest_days)} the longest." if longest_days is not None else f"{first}."


def _missing(value: object) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value)
