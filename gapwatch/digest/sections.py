"""Composes the parts of a digest below its opening: what to do, what changed, what comes. Pure.

Owns the sentences of each part. A part without rows makes no section but a name in the list of quiet parts,
so that its absence is said. Called by ``compose``.
"""

from __future__ import annotations

from gapwatch.digest import wording
from gapwatch.digest.content import Block, Entries, Entry, Link, Section, Tone
from gapwatch.digest.facts import Facts, Row
from gapwatch.digest.links import Links
from gapwatch.digest.outlook import breakdown_section, coming_due_section, events_section, forecast_section
from gapwatch.digest.phrases import (
    ACTS,
    CAUSES,
    CLOSINGS,
    EVENTS,
    OWNERS,
    STATES,
    phrase,
)
from gapwatch.digest.restated import restated_section
from gapwatch.digest.subjects import day, moved, severity, where, who

_CHANGES = {"new": "Opened for the first time", "reopened": "Reopened", "closed": "Closed"}


def compose_sections(facts: Facts, *, links: Links) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """The sections in reading order, and the names of the parts that have nothing to say."""
    parts = (
        ("", _actions(facts, links)),
        ("gaps that opened or closed since last week", _changes(facts, links)),
        ("waivers expired or running out", _exceptions(facts, links)),
        ("leavers with an active account", _leavers(facts, links)),
        ("HR changes without an answer", events_section(facts, links)),
        ("gaps that open next week if nothing is done", forecast_section(facts, links)),
        ("credentials that end within 60 days", coming_due_section(facts)),
        (_restatement(facts), restated_section(facts, links)),
        ("", breakdown_section(facts, links)),
    )
    quiet = tuple(name for name, section in parts if name and section is None)
    return tuple(section for _, section in parts if section is not None), quiet


def _restatement(facts: Facts) -> str:
    return f"history restated since the digest of {facts.last_week}" if facts.last_week else ""


def _actions(facts: Facts, links: Links) -> Section | None:
    if not facts.actions:
        return None
    entries = []
    for row in facts.actions:
        mark, tone = severity(row)
        entries.append(
            Entry(
                what=f"{row['requirement']}: {who(row, facts)}",
                facts=(
                    where(row, facts),
                    *moved(row, facts),
                    f"open {wording.days(row['exposure_days'])}, since {day(row['opened_at'], row, facts)}",
                    phrase(CAUSES, row["cause"]),
                    *([str(row["citation"])] if row["citation"] else []),
                ),
                warning=f"Read with care: {row['warning_words']}" if row["warning_words"] else "",
                act=ACTS.get(str(row["cause"]), f"{phrase(OWNERS, row['owner'])} to act"),
                mark=mark,
                tone=tone,
                url=links.worker(str(row["worker_id"]), gap=str(row["gap_id"])),
            )
        )
    total = facts.headline["open_gaps"]
    thousands = wording.thousands(total)
    intro = f"{wording.sentence(wording.count(total, 'open gap'))}, by severity times days open."
    if total > len(entries):
        intro = f"The {len(entries)} of {thousands} open gaps that weigh most: severity times days open."
    elsewhere = facts.headline["gaps_elsewhere"]
    if elsewhere:
        verb = "is" if elsewhere == 1 else "are"
        intro += (
            f" {wording.count(elsewhere, 'more gap')} {verb} open on people who work here now, but opened"
            " under a role at another site and counted there."
        )
    return Section(
        title="Do this week",
        intro=intro,
        blocks=(Entries(tuple(entries)),),
        more=Link(f"All {wording.count(total, 'open gap')}" if total > 1 else "See the gap", links.page("/gaps")),
    )


def _changes(facts: Facts, links: Links) -> Section | None:
    head = facts.headline
    short = head["opened_and_closed"]
    if not facts.changes and not short:
        return None
    blocks: list[Block] = []
    for change, title in _CHANGES.items():
        rows = [row for row in facts.changes if row["change"] == change]
        if rows:
            total = int(rows[0]["of_all"])
            shown = f", the {len(rows)} gravest" if total > len(rows) else ""
            entries = tuple(_changed(row, facts, links) for row in rows)
            blocks.append(Entries(entries, title=f"{title}: {wording.thousands(total)}{shown}"))
    before = head["open_gaps"] - head["new_gaps"] + head["closed_gaps"]
    reopened = next((int(row["of_all"]) for row in facts.changes if row["change"] == "reopened"), 0)
    again = f" ({wording.thousands(reopened)} of them reopened)" if reopened else ""
    intro = (
        f"{wording.thousands(before)} open last week + {wording.thousands(head['new_gaps'])} new{again}"
        f" − {wording.thousands(head['closed_gaps'])} closed = {wording.thousands(head['open_gaps'])} open."
    )
    if short:
        intro += f" {wording.sentence(wording.count(short, 'more gap'))} opened and closed within the week."
    return Section("Since last week", intro, tuple(blocks), Link("See the gaps", links.page("/gaps")))


def _changed(row: Row, facts: Facts, links: Links) -> Entry:
    is_closed = row["change"] == "closed"
    mark, tone = severity(row)
    if is_closed:
        ended = f"{phrase(CLOSINGS, row['closed_by'])} on {day(row['closed_at'], row, facts)}"
        told: tuple[str, ...] = (ended, f"after {wording.days(row['exposure_days'])}")
    else:
        opened = f"since {day(row['opened_at'], row, facts)}"
        told = (opened, phrase(CAUSES, row["cause"]), f"{phrase(OWNERS, row['owner'])} to act")
    return Entry(
        what=f"{row['requirement']}: {who(row, facts)}",
        facts=(where(row, facts), *told),
        mark=mark,
        tone=Tone.PLAIN if is_closed else tone,
        url=links.worker(str(row["worker_id"]), gap=str(row["gap_id"])),
    )


def _exceptions(facts: Facts, links: Links) -> Section | None:
    if not facts.exceptions:
        return None
    blocks = []
    titles = {True: "Expired in the last seven days", False: "Running out within thirty days"}
    for is_expired, title in titles.items():
        rows = [row for row in facts.exceptions if bool(row["is_expired"]) is is_expired]
        if not rows:
            continue
        entries = tuple(
            Entry(
                what=f"{row['requirement']}: {who(row, facts)}",
                facts=(
                    where(row, facts),
                    f"waiver {row['exception_id']}",
                    f"last day {wording.date(row['ends_on'])}",
                    *([f"now {phrase(STATES, row['state_now'])}"] if is_expired and row["state_now"] else []),
                ),
                mark="gap open" if is_expired and row["state_now"] == "gap" else "",
                tone=Tone.BAD,
                url=links.worker(str(row["worker_id"])),
            )
            for row in rows
        )
        blocks.append(Entries(entries, title=f"{title}: {wording.thousands(rows[0]['of_all'])}"))
    return Section("Waivers that end", blocks=tuple(blocks))


def _leavers(facts: Facts, links: Links) -> Section | None:
    if not facts.leavers and not facts.orphans:
        return None
    intro = ""
    entries = []
    for row in facts.leavers:
        logins = int(row["logins_after"] or 0)
        mark = "within the promised time" if row["is_within_sla"] else ""
        entries.append(
            Entry(
                what=f"{who(row, facts)}: account {row['account_id']}",
                facts=(
                    where(row, facts),
                    f"{phrase(EVENTS, row['ended_by']).lower()} {day(row['ended_at'], row, facts)}",
                    f"active {wording.days(row['days_active'])} after",
                    f"{wording.count(logins, 'login')} since",
                ),
                mark="used after leaving" if logins else mark,
                tone=Tone.BAD if logins else Tone.PLAIN,
                url=links.worker(str(row["worker_id"])),
            )
        )
    if facts.leavers:
        first = facts.leavers[0]
        intro = (
            f"{wording.sentence(wording.count(first['of_all'], 'account'))} of leavers still active,"
            f" {wording.thousands(first['beyond_promise'])} beyond the promised time,"
            f" {wording.thousands(first['used_after'])} used after leaving. Integration to deactivate."
        )
    if facts.orphans:
        verb = "belongs" if facts.orphans == 1 else "belong"
        intro += f" {wording.count(facts.orphans, 'more active account')} {verb} to nobody HR knows."
    return Section(
        "Leavers with an active account",
        intro.strip(),
        (Entries(tuple(entries)),) if entries else (),
        Link("See the accounts", links.page("/accounts")),
    )
