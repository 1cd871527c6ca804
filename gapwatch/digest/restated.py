"""Composes the part about history that reads differently than in the last digest, and why. Pure.

Called by ``sections``.
"""

from __future__ import annotations

from gapwatch.digest import wording
from gapwatch.digest.content import Entries, Entry, Section
from gapwatch.digest.facts import Facts, Row
from gapwatch.digest.links import Links
from gapwatch.digest.phrases import RESTATEMENTS, phrase
from gapwatch.digest.subjects import severity, where, who


def restated_section(facts: Facts, links: Links) -> Section | None:
    """Histories rewritten since the last digest; None when there are none or there was no digest before."""
    if not facts.restated:
        return None
    first = facts.restated[0]
    total, added, removed = int(first["of_all"]), int(first["of_added"]), int(first["of_removed"])
    until = wording.moment(first["told_at"], timezone=facts.run.organisation_timezone)
    kinds = (
        (added, "was not known as a gap then"),
        (removed, "turned out to be no gap"),
        (total - added - removed, "has other dates"),
    )
    told = wording.listed([f"{wording.thousands(number)} {words}" for number, words in kinds if number])
    entries = tuple(
        Entry(
            what=f"{row['requirement']}: {who(row, facts)}",
            facts=(
                where(row, facts),
                _difference(row),
                "; ".join(phrase(RESTATEMENTS, cause) for cause in str(row["causes"]).split(";")),
            ),
            mark=severity(row)[0],
            url=links.worker(str(row["worker_id"])),
        )
        for row in facts.restated
    )
    shown = f" The {len(entries)} largest differences:" if total > len(entries) else ""
    return Section(
        "History restated",
        f"Of the time up to {until}, which the digest of {facts.last_week} told,"
        f" {wording.count(total, 'requirement')} of workers read otherwise now: {told}. Of them it counted"
        f" {wording.count(first['open_then'], 'open gap')}; by today's knowledge it was"
        f" {wording.thousands(first['open_now'])}.{shown}",
        (Entries(entries),),
    )


def _difference(row: Row) -> str:
    if row["change"] == "added":
        return f"gap of {wording.days(row['days_now'])} not known then"
    if row["change"] == "removed":
        return f"gap of {wording.days(row['days_then'])} withdrawn"
    return f"gap of {wording.days(row['days_then'])} is one of {wording.days(row['days_now'])}"
