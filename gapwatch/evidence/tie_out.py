"""The proof of completeness: every count equals the sum of its parts and the rows of the sheets.

Owns the lines of the tie-out and their live formulas. The counts themselves come from SQL
(``evidence_tie_out``, ``evidence_tie_out_feeds``); here they are only compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gapwatch.evidence.catalogue import TABLES
from gapwatch.evidence.cells import Cell, Formula, Kind, letters
from gapwatch.evidence.rows import StagedSheet, Tally
from gapwatch.evidence.styles import OUTCOMES

FILLED: Final = "<>"  # the criterion "not empty"
_SHEETS: Final = {sheet.name: sheet for sheet in TABLES}


@dataclass(frozen=True)
class Criterion:
    """Rows of a sheet for which each column has the value."""

    sheet: str
    where: tuple[tuple[str, str | bool], ...]


@dataclass(frozen=True)
class Line:
    """One count: what the run stored, where the sheets show it, and which lines it must be the sum of."""

    key: str
    part: str
    what: str
    stored: int
    live: tuple[Criterion, ...] = ()
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class JudgedLine:
    """A line with what it was compared to. ``is_balanced`` is None where there is nothing to compare."""

    line: Line
    live: int | None
    parts_sum: int | None
    is_balanced: bool | None


def feed_lines(feeds: Iterable[Mapping[str, object]]) -> list[Line]:
    """Source rows: read = accepted + rejected, feed by feed; a feed without loads is one line."""
    lines: list[Line] = []
    for row in feeds:
        feed = str(row["feed"])
        part = f"1 Source: {feed}"
        loads = _whole(row["loads"])
        lines.append(Line(f"{feed}.loads", part, "Loads", loads, (_rows("Sources", feed=feed),)))
        if not loads:
            continue
        accepted, rejected = f"{feed}.accepted", f"{feed}.rejected"
        lines += [
            Line(f"{feed}.read", part, "Rows read", _whole(row["rows_read"]), (), (accepted, rejected)),
            Line(accepted, part, "Rows accepted", _whole(row["rows_accepted"])),
            Line(
                rejected,
                part,
                "Rows rejected (each on the exclusions)",
                _whole(row["rows_rejected"]),
                (_rows("Exclusions", what="source row", feed=feed),),
            ),
            Line(
                f"{feed}.in_force",
                part,
                "Rows in force at the instant of knowledge (the others were replaced, held, or loaded later)",
                _whole(row["rows_in_force"]),
            ),
        ]
    return lines


def scope_lines(counts: Mapping[str, object], *, is_whole: bool) -> list[Line]:
    """Workers, obligations, gaps, events and accounts of the scope; ``is_whole``: nothing is filtered out."""

    def line(key: str, part: str, what: str, *live: Criterion, parts: Sequence[str] = ()) -> Line:
        return Line(key, part, what, _whole(counts[key]), live, tuple(parts))

    people, duties, gaps = "2 Workers", "3 Obligations", "4 Gaps"
    events, accounts = "5 HR events", "6 Leavers and accounts"
    states = ("trained", "waived", "on_leave", "in_grace", "gap", "not_evaluable")
    verdicts = ("early", "on_time", "late", "missing", "pending", "not_evaluable")
    lines = [
        line(
            "workers_known",
            people,
            "Workers known from the HR feeds",
            parts=("workers_in_scope", "workers_excluded"),
        ),
        line("workers_in_scope", people, "… in scope", _rows("Population", is_first_row=True)),
        line("workers_excluded", people, "… left out", _rows("Exclusions", what="worker")),
        line(
            "obligations",
            duties,
            "Worker-requirements at the end of the period",
            _rows("Obligations", is_at_period_end=True),
            parts=states,
        ),
        *(
            line(state, duties, f"… {state}", _rows("Obligations", state=state, is_at_period_end=True))
            for state in states
        ),
        *(
            line(
                f"unproven_{state}",
                duties,
                f"… of not_evaluable: {state} when the sources last delivered",
                _rows("Obligations", known_state=state, is_at_period_end=True),
            )
            for state in ("trained", "gap")
        ),
        line(
            "obligation_rows",
            duties,
            "Intervals of worker-requirements in the period",
            _rows("Obligations", state=FILLED),
            parts=("obligations", "obligations_ended"),
        ),
        line("obligations_ended", duties, "… ended within it", _rows("Obligations", is_at_period_end=False)),
        line(
            "gaps",
            gaps,
            "Gaps in the period",
            _rows("Gaps", severity=FILLED),
            parts=("gaps_open", "gaps_closed"),
        ),
        line(
            "gaps_open",
            gaps,
            "… open at its end (equals the worker-requirements in state gap, now or by what is known)",
            _rows("Gaps", is_open_at_period_end=True),
            parts=("gap", "unproven_gap"),
        ),
        line("gaps_closed", gaps, "… closed within it", _rows("Gaps", is_open_at_period_end=False)),
        line("events", events, "HR events in the period", _rows("HR events", is_first_row=True)),
        line(
            "answers",
            events,
            "Actions they called for",
            _rows("HR events", verdict=FILLED),
            parts=[f"answers_{verdict}" for verdict in verdicts],
        ),
        *(line(f"answers_{each}", events, f"… {each}", _rows("HR events", verdict=each)) for each in verdicts),
        line(
            "events_end",
            accounts,
            "Terminations and contract ends in the period",
            _rows("Leavers and accounts", kind="leaver", is_first_row=True),
        ),
        line(
            "accounts_stale",
            accounts,
            "Accounts active after an end of employment",
            _rows("Leavers and accounts", kind="leaver", was_active_after_end=True),
        ),
        line(
            "accounts_stale_open",
            accounts,
            "… still open",
            _rows("Leavers and accounts", kind="leaver", was_active_after_end=True, is_open=True),
        ),
        line("accounts_orphan", accounts, "Orphan accounts", _rows("Leavers and accounts", kind="orphan")),
    ]
    if is_whole:
        headline = "7 Headline figures"
        lines += [
            line(
                "headline_obligations",
                headline,
                "Worker-requirements of the organisation's headline",
                parts=("obligations",),
            ),
            line("headline_gap", headline, "… in state gap", parts=("gap", "unproven_gap")),
        ]
    return lines


def _rows(sheet: str, **where: str | bool) -> Criterion:
    return Criterion(sheet, tuple(where.items()))


def _whole(value: object) -> int:
    return 0 if value is None else int(str(value))


def judge(lines: Sequence[Line], tallies: Mapping[str, Tally]) -> list[JudgedLine]:
    """Compare every line with the sheets' rows and with the sum of its parts."""
    stored = {line.key: line.stored for line in lines}
    judged: list[JudgedLine] = []
    for line in lines:
        live = sum(_counted(each, tallies[each.sheet]) for each in line.live) if line.live else None
        parts_sum = sum(stored[part] for part in line.parts) if line.parts else None
        compared = [value for value in (live, parts_sum) if value is not None]
        judged.append(
            JudgedLine(line, live, parts_sum, all(value == line.stored for value in compared) if compared else None)
        )
    return judged


def _counted(criterion: Criterion, tally: Tally) -> int:
    columns = _SHEETS[criterion.sheet].counted
    wanted = [(columns.index(column), value) for column, value in criterion.where]
    return sum(
        count
        for combination, count in tally.combinations.items()
        if all(
            combination[at] not in (None, "") if value == FILLED else combination[at] == value for at, value in wanted
        )
    )


def formula(criteria: Sequence[Criterion], staged: Sequence[StagedSheet]) -> str:
    """The live count: one COUNTIFS per sheet part, without ``=``."""
    terms = []
    for criterion in criteria:
        sheet = _SHEETS[criterion.sheet]
        for part in staged:
            if part.registered != sheet.name:
                continue
            pairs = []
            for column, value in criterion.where:
                letter = letters(sheet.letter_of(column))
                area = f"'{part.name}'!${letter}$2:${letter}${max(part.rows, 1) + 1}"
                pairs.append(f"{area},{_literal(value)}")
            terms.append(f"COUNTIFS({','.join(pairs)})")
    return "+".join(terms)


def _literal(value: str | bool) -> str:
    return f'"{"yes" if value else "no"}"' if isinstance(value, bool) else f'"{value}"'


def page_rows(judged: Sequence[JudgedLine], staged: Sequence[StagedSheet]) -> list[list[Cell]]:
    """The rows of the tie-out sheet; row 1 is the heading, so line n stands in row n + 1."""
    numbers = {each.line.key: number for number, each in enumerate(judged, start=1)}
    rows: list[list[Cell]] = []
    for number, each in enumerate(judged, start=1):
        line = each.line
        live = difference = None
        if each.live is not None:
            text = formula(line.live, staged)
            live = Formula(text, each.live)
            difference = Formula(f"{text}-D{number + 1}", each.live - line.stored)
        verdict = {True: "balances", False: "does not balance", None: "stated"}[each.is_balanced]
        rows.append(
            [
                Cell(number, Kind.INTEGER),
                Cell(line.part),
                Cell(line.what, Kind.LONG),
                Cell(line.stored, Kind.INTEGER, style="total" if line.parts else ""),
                Cell(live, Kind.INTEGER),
                Cell(difference, Kind.INTEGER),
                Cell(" + ".join(str(numbers[part]) for part in line.parts)),
                Cell(each.parts_sum, Kind.INTEGER),
                Cell(None if each.parts_sum is None else line.stored - each.parts_sum, Kind.INTEGER),
                Cell(verdict, style=OUTCOMES.get(verdict, "note")),
            ]
        )
    return rows
