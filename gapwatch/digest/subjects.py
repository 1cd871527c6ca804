"""How an entry names what it is about: worker, role and site, day, severity.

Owns who may be named: a manager of named sites reads names, the organisation's mail reads IDs. Called by
``sections`` and ``outlook``.
"""

from __future__ import annotations

import datetime as dt

from gapwatch.digest import wording
from gapwatch.digest.content import Tone
from gapwatch.digest.facts import Facts, Row


def who(row: Row, facts: Facts) -> str:
    """Name and ID for a manager of named sites; the ID alone where the mail covers the organisation."""
    name = row["full_name"]
    return f"{name} ({row['worker_id']})" if facts.sites and name else str(row["worker_id"])


def where(row: Row, facts: Facts) -> str:
    """Role and site; the site only where the mail covers several."""
    role = row.get("role") or row.get("job_code")
    site = row["site"]
    if len(facts.sites) == 1 or site is None:
        return str(role or "no role")
    return f"{role or 'no role'} at {facts.site_names.get(site, site)}"


def moved(row: Row, facts: Facts) -> tuple[str, ...]:
    """``now at …`` where the worker works at another site than the gap's; else nothing."""
    now = row["role_site_now"]
    return () if now is None or now == row["site"] else (f"now at {facts.site_names.get(now, str(now))}",)


def day(instant: dt.datetime, row: Row, facts: Facts) -> str:
    """The day of a UTC instant at the row's site, as everywhere else; without a site in the organisation's zone."""
    zone = facts.site_zones.get(str(row["site"]), facts.run.organisation_timezone)
    return wording.date_of(instant, timezone=zone)


def severity(row: Row) -> tuple[str, Tone]:
    """The word for an entry's mark and its tone; critical ones stand out."""
    word = str(row["severity"] or "")
    return word, Tone.BAD if word == "critical" else Tone.PLAIN
