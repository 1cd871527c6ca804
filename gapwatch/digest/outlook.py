"""Composes the parts of a digest that look at the integration, ahead, and at the sums. Pure.

Each function returns its section, or None when there is nothing to say. Called by ``sections``.
"""

from __future__ import annotations

from gapwatch.digest import wording
from gapwatch.digest.content import Bar, Bars, Block, Entries, Entry, Link, Section, Table, Tone
from gapwatch.digest.facts import Facts
from gapwatch.digest.links import Links
from gapwatch.digest.phrases import EVENTS, OWNER_TONES, OWNERS, REASONS, phrase
from gapwatch.digest.subjects import day, severity, where, who


def events_section(facts: Facts, links: Links) -> Section | None:
    """HR changes that lack an answer, by type."""
    if not any(row["unanswered_events"] for row in facts.events):
        return None
    rows = tuple(
        (
            phrase(EVENTS, row["event_type"]),
            f"{wording.thousands(row['unanswered_events'])} of {wording.thousands(row['events'])}",
            wording.thousands(row["unanswered_since_last_week"]),
            "–" if row["median_latency_hours"] is None else _latency(row["median_latency_hours"]),
        )
        for row in facts.events
    )
    unanswered = sum(int(row["unanswered_events"]) for row in facts.events)
    total = sum(int(row["events"]) for row in facts.events)
    return Section(
        "HR changes the LMS never answered",
        f"{wording.thousands(unanswered)} of {wording.count(total, 'HR change')} still without an answer"
        " that was due: an account, an assignment, a removal or a deactivation. The median is of the"
        " answers given.",
        (Table(("HR change", "No answer", "Due this week", "Median answer"), rows),),
        Link("See the HR changes", links.page("/events")),
    )


def _latency(hours: float) -> str:
    return "early" if hours < 0 else wording.hours(hours)


def forecast_section(facts: Facts, links: Links) -> Section | None:
    """Gaps that open in the seven days after as_of."""
    if not facts.forecast:
        return None
    entries = []
    for row in facts.forecast:
        mark, tone = severity(row)
        entries.append(
            Entry(
                what=f"{row['requirement']}: {who(row, facts)}",
                facts=(
                    where(row, facts),
                    f"opens {day(row['opens_at'], row, facts)}",
                    phrase(REASONS, row["reason"]),
                ),
                mark=mark,
                tone=tone,
                url=links.worker(str(row["worker_id"])),
            )
        )
    total = int(facts.forecast[0]["of_all"])
    shown = f", the {len(entries)} gravest below" if total > len(entries) else ""
    return Section(
        "Opens next week if nothing is done",
        f"{wording.sentence(wording.count(total, 'gap'))} will open within seven days{shown}.",
        (Entries(tuple(entries)),),
    )


def coming_due_section(facts: Facts) -> Section | None:
    """Renewals by requirement within 7, 14, 30 and 60 days."""
    if not facts.coming_due:
        return None
    spans = ("within_7", "within_14", "within_30", "within_60")
    totals = [sum(int(row[span]) for row in facts.coming_due) for span in spans]
    rows = [
        (str(row["requirement"]), *(wording.thousands(row[span]) for span in spans)) for row in facts.coming_due[:10]
    ]
    rest = facts.coming_due[10:]
    if rest:
        rest_sums = (sum(int(row[span]) for row in rest) for span in spans)
        rows.append((f"{len(rest)} more requirements", *map(wording.thousands, rest_sums)))
    rows.append(("All", *map(wording.thousands, totals)))
    return Section(
        "Coming due",
        "Last credentials that end while still required; each column holds the one before.",
        (Table(("Requirement", "7 days", "14 days", "30 days", "60 days"), tuple(rows)),),
    )


def breakdown_section(facts: Facts, links: Links) -> Section | None:
    """Open gaps by site, where there are several, and by owner."""
    if not facts.headline["open_gaps"]:
        return None
    by_site: dict[str, list[float]] = {}
    by_owner: dict[str, list[float]] = {}
    for row in facts.breakdown:
        for sums, key in (
            (by_site, str(row["site_name"] or "No site")),
            (by_owner, str(row["owner"] or "")),
        ):
            so_far = sums.setdefault(key, [0, 0.0])
            so_far[0] += row["open_gaps"]
            so_far[1] += row["exposure_days"]
    blocks: list[Block] = []
    if len(by_site) > 1:
        blocks.append(Bars(_bars(by_site, {}), title="Open gaps by site"))
    named = {phrase(OWNERS, owner): sums for owner, sums in by_owner.items()}
    tones = {phrase(OWNERS, owner): OWNER_TONES.get(owner, Tone.PLAIN) for owner in by_owner}
    blocks.append(Bars(_bars(named, tones), title="Open gaps by who can close them"))
    exposure = wording.thousands(facts.headline["exposure_days"])
    return Section(
        "By site and owner" if len(by_site) > 1 else "By owner",
        f"{wording.count(facts.headline['open_gaps'], 'open gap')}, {exposure} gap days so far.",
        tuple(blocks),
        Link("See the overview", links.page()),
    )


def _bars(sums: dict[str, list[float]], tones: dict[str, Tone]) -> tuple[Bar, ...]:
    longest = max(number for number, _ in sums.values())
    return tuple(
        Bar(
            label=label,
            value=f"{wording.thousands(number)} ({wording.thousands(exposure)} days)",
            part=number / longest,
            tone=tones.get(label, Tone.BAD),
        )
        for label, (number, exposure) in sorted(sums.items(), key=lambda item: (-item[1][0], item[0]))
        if number
    )
