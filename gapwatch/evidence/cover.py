"""The cover: what the workbook is, whose, as of when, by whom, whether it is final, and the answer.

Owns the wording and the rule that makes an export final. The figures are those of the tie-out.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gapwatch.evidence.cells import Cell, Kind
from gapwatch.evidence.scope import Scope
from gapwatch.evidence.styles import OUTCOMES
from gapwatch.evidence.tie_out import JudgedLine

Row = list[Cell]

LIMITS: tuple[str, ...] = (
    "It states what the HR and learning systems had recorded at the instant of knowledge. "
    "Training that nobody recorded "
    "cannot be seen; where a source does not reach back, the state is not_evaluable, never trained.",
    "A gap is required training that was missing on a day. Whether that is a violation, only the regulator finds.",
    "What a record must hold by its regulation, and how long it is kept, is research, not legal advice; fields that "
    "no feed carries are named on Field sufficiency and must be shown elsewhere.",
    "All times are UTC unless a heading says otherwise; dates of the policy are local to the site.",
    "It holds personal data: keep it as long as the retention rules on Requirements say, and no longer.",
)


@dataclass(frozen=True)
class Standing:
    """FINAL, or DRAFT with the reasons."""

    status: str
    reasons: tuple[str, ...]


def standing(scope: Scope, judged: Sequence[JudgedLine]) -> Standing:
    """FINAL when every line of the tie-out balances and a reviewer other than the preparer is named."""
    reasons: list[str] = []
    off = [number for number, each in enumerate(judged, start=1) if each.is_balanced is False]
    if off:
        reasons.append(f"tie-out line {', '.join(map(str, off))} does not balance")
    if scope.prepared_by is None:
        reasons.append("no preparer is named")
    if scope.reviewed_by is None:
        reasons.append("no reviewer is named")
    elif scope.prepared_by is not None and scope.reviewed_by.casefold() == scope.prepared_by.casefold():
        reasons.append("the reviewer is the preparer")
    return Standing("DRAFT" if reasons else "FINAL", tuple(reasons))


def title_rows(scope: Scope, counts: Mapping[str, object]) -> list[Row]:
    """The title and the answer, above the table."""
    return [
        [Cell("Training compliance evidence", style="title")],
        [Cell(scope.run.organisation_name, style="headline")],
        [Cell(headline(counts), style="headline")],
        [],
    ]


def headline(counts: Mapping[str, object]) -> str:
    """The answer in a sentence."""
    open_gaps, people = _count(counts, "gaps_open"), _count(counts, "people_with_gap")
    unknown = _count(counts, "not_evaluable")
    doubt = f" {unknown:,} worker-requirements are not evaluable." if unknown else ""
    if not open_gaps:
        return (
            f"No open gaps{' known' if unknown else ''}: {_count(counts, 'workers_in_scope'):,} workers, "
            f"{_count(counts, 'obligations'):,} worker-requirements checked.{doubt}"
        )
    longest = float(str(counts["longest_open_days"] or 0))
    gaps, workers = _plural(open_gaps, "gap"), _plural(people, "worker")
    critical = _count(counts, "gaps_open_critical")
    answer = (
        f"{open_gaps:,} open {gaps} on {people:,} {workers}, {critical:,} critical; {longest:,.0f} days the longest."
    )
    return answer + doubt


def _plural(number: int, noun: str) -> str:
    return noun if number == 1 else f"{noun}s"


def cover_rows(
    scope: Scope,
    counts: Mapping[str, object],
    judged: Sequence[JudgedLine],
    *,
    export_id: str,
    version: str,
    created_at: dt.datetime,
) -> tuple[list[Row], tuple[int, ...]]:
    """The table of the cover, and the positions of the rows that differ between two exports of one state."""
    stand = standing(scope, judged)
    run = scope.run
    rows = [
        _row(
            "Status",
            stand.status,
            "; ".join(stand.reasons) or "the tie-out balances and it was reviewed",
            style=OUTCOMES[stand.status],
        ),
        _row("Organisation", run.organisation_name),
        _row("Scope", _scope(scope), "See Parameters; everyone left out is on Exclusions"),
        _instant("Period from", scope.period_from, scope)
        if scope.period_from
        else _row("Period from", "the first record"),
        _instant("Period to", scope.period_to.replace(microsecond=0), scope),
        _instant("As of", run.as_of, scope),
        _instant("Known at", run.known_at, scope),
        _row("Prepared by", scope.prepared_by or "not named"),
        _row("Reviewed by", scope.reviewed_by or "not named", "must differ from the preparer for FINAL"),
        _row("Export ID", export_id, "Follows from the contents: the same state, the same number"),
        _row("gapwatch version", version),
        _row("Policy (SHA-256)", run.policy_sha256),
    ]
    volatile = (len(rows), len(rows) + 1)
    rows += [
        _instant("Created", created_at.replace(microsecond=0), scope),
        _row("Run", run.run_id, "The generation of the warehouse this was made from"),
        [
            Cell("Figures at the end of the period", style="section"),
            Cell(None, style="section"),
            Cell(None, style="section"),
        ],
        *_figures(counts),
        _tie_out_row(judged),
        [
            Cell("What this can and cannot say", style="section"),
            Cell(None, style="section"),
            Cell(None, style="section"),
        ],
        *[_row(f"Limit {number}", text) for number, text in enumerate(LIMITS, start=1)],
    ]
    return rows, volatile


def _row(label: str, value: object, note: str = "", *, style: str = "") -> Row:
    return [Cell(label, style="label"), Cell(value, Kind.LONG, style=style), Cell(note, style="note")]


def _number(label: str, value: object, note: str = "") -> Row:
    return [
        Cell(label, style="label"),
        Cell(value, Kind.NUMBER, style="long_number"),
        Cell(note, style="note"),
    ]


def _share(label: str, value: float | None, note: str) -> Row:
    return [
        Cell(label, style="label"),
        Cell(value, Kind.PERCENT, style="long_percent"),
        Cell(note, style="note"),
    ]


def _instant(label: str, instant: dt.datetime, scope: Scope) -> Row:
    local = instant.astimezone(zoneinfo.ZoneInfo(scope.run.organisation_timezone))
    note = f"UTC; {local.day} {local:%b %Y %H:%M} {scope.run.organisation_timezone}"
    return [
        Cell(label, style="label"),
        Cell(instant, Kind.INSTANT, style="long_instant"),
        Cell(note, style="note"),
    ]


def _scope(scope: Scope) -> str:
    parts = [
        _some("site", scope.sites),
        _some("department", scope.departments),
        _some("authority", scope.authorities),
        *([f"citation {' or '.join(scope.citations)}"] if scope.citations else []),
        f"{len(scope.workers):,} named workers"
        if scope.workers is not None
        else "all workers, leavers and contractors too",
    ]
    return ", ".join(parts)


def _some(noun: str, chosen: tuple[str, ...] | None) -> str:
    plural = f"{noun.removesuffix('y')}ies" if noun.endswith("y") else f"{noun}s"
    if chosen is None:
        return f"all {plural}"
    return f"{noun if len(chosen) == 1 else plural} {', '.join(chosen)}"


def _figures(counts: Mapping[str, object]) -> list[Row]:
    proven = _count(counts, "trained") + _count(counts, "gap")
    measured = proven + _count(counts, "unproven_trained") + _count(counts, "unproven_gap")
    people, with_gap = _count(counts, "people_measured"), _count(counts, "people_with_gap")
    unproven = _count(counts, "people_not_proven")
    timely = _count(counts, "answers_early") + _count(counts, "answers_on_time")
    due = timely + _count(counts, "answers_late") + _count(counts, "answers_missing")
    return [
        _number(
            "Workers in scope",
            _count(counts, "workers_in_scope"),
            f"of {_count(counts, 'workers_known'):,} known",
        ),
        _number("Worker-requirements", _count(counts, "obligations"), _states(counts)),
        _share(
            "Requirement compliance, %",
            _percent(_count(counts, "trained"), measured) if proven else None,
            f"trained of {measured:,} trained or in a gap{_doubt(counts, 'obligations')}",
        ),
        _share(
            "Person compliance, %",
            _percent(people - unproven, people) if proven else None,
            f"without a gap of {people:,} people trained or in a gap{_doubt(counts, 'obligations')}",
        ),
        _number(
            "Open gaps",
            _count(counts, "gaps_open"),
            f"on {with_gap:,} workers; {_count(counts, 'gaps_open_critical'):,} critical; "
            f"{_count(counts, 'gaps'):,} in the period",
        ),
        _number(
            "HR events unanswered or late",
            _count(counts, "events_unsynced"),
            f"of {_count(counts, 'events'):,} HR events in the period",
        ),
        _share(
            "Answered within the time allowed, %",
            _percent(timely, due),
            f"of {due:,} expected actions that could be judged{_doubt(counts, 'answers')}",
        ),
        _number(
            "Leavers' accounts still open",
            _count(counts, "accounts_stale_open"),
            f"of {_count(counts, 'accounts_stale'):,} that stayed active after an end of employment; at as-of"
            f"{_stopped(counts, 'accounts')}",
        ),
        _number(
            "Orphan accounts",
            _count(counts, "accounts_orphan"),
            "active accounts that belong to nobody; at as-of",
        ),
    ]


def _doubt(counts: Mapping[str, object], what: str) -> str:
    """The share of ``what`` that can't be judged, and why; nothing where everything can."""
    unknown, whole = _count(counts, "not_evaluable" if what == "obligations" else f"{what}_not_evaluable"), counts[what]
    if not unknown:
        return ""
    noun = "worker-requirements" if what == "obligations" else "actions"
    share = 100 * unknown / int(str(whole))
    least = "; at least that much: " if _count(counts, "unproven_trained") + _count(counts, "unproven_gap") else "; "
    return f"{least}{unknown:,} {noun} ({share:.1f} %) are not evaluable{_stopped(counts, what)}"


def _stopped(counts: Mapping[str, object], what: str) -> str:
    return f"; {counts[f'{what}_because']}" if counts[f"{what}_because"] else ""


def _states(counts: Mapping[str, object]) -> str:
    states = ("trained", "waived", "on_leave", "in_grace", "gap", "not_evaluable")
    return ", ".join(f"{_count(counts, state):,} {state.replace('_', ' ')}" for state in states)


def _tie_out_row(judged: Sequence[JudgedLine]) -> Row:
    compared = [each for each in judged if each.is_balanced is not None]
    off = sum(not each.is_balanced for each in compared)
    text = "every line balances" if not off else f"{off} of {len(compared)} lines do not balance"
    return _row("Tie-out", text, f"{len(compared)} lines compared; see Tie-out", style="gap" if off else "trained")


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def _count(counts: Mapping[str, object], key: str) -> int:
    return int(str(counts[key] or 0))
