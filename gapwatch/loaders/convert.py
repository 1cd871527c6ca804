"""Records to rows of a feed: one SQL statement per file, good rows apart from rejected ones.

Owns how a value becomes a landed column (contract, sections 1 and 2): trimming, value maps, defaults, dates
to UTC, sentinels, inclusive ends, and why a row is rejected. Every step is set-based; no row passes through
Python. Decides nothing about what rows mean together. Called by ``gapwatch.loaders.load``.

The statement works in layers, each a CTE over the one before: ``mapped`` (source values), ``texts`` (trimmed,
translated), ``parsed`` (dates taken apart), ``localised`` (one local time per instant), ``converted`` (landed
columns and ``fault``, the number of the first fault of the row, NULL when it has none).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from gapwatch.config import Source
from gapwatch.feeds import FEEDS, LANDED, Column, Kind
from gapwatch.loaders.dates import SENTINELS, Parts, calendar_day, open_end, parse
from gapwatch.loaders.mapping import Mapped, Mapping, value_map
from gapwatch.loaders.raw import Raw, quoted_text
from gapwatch.loaders.zones import utc_expression

_SPACE = " \t\r\n\v\f\u00a0\ufeff\u200b"
_DATES = frozenset({Kind.INSTANT, Kind.EXPIRY, Kind.END, Kind.DATE, Kind.END_DATE, Kind.EFFECTIVE, Kind.EFFECTIVE_END})
_ENDS = frozenset({Kind.END, Kind.END_DATE, Kind.EFFECTIVE_END, Kind.EXPIRY})
_TRUE, _FALSE = ("yes", "true", "1", "y", "t"), ("no", "false", "0", "n", "f")


@dataclass(frozen=True)
class Fault:
    """One way in which a row can be wrong: the column, the SQL condition and the SQL of the value and of
    the reason.
    """

    column: str
    condition: str
    value: str
    reason: str


@dataclass
class _Layers:
    mapped: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    parsed: list[str] = field(default_factory=list)
    localised: list[str] = field(default_factory=list)
    landed: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


class Conversion:
    """The SQL of one file's conversion.

    ``zone`` is the source's time zone, else the organisation's; ``loaded_at`` (aware) dates the rows of a
    snapshot that has no effective_from.
    """

    def __init__(self, raw: Raw, mapping: Mapping, source: Source, *, zone: str, loaded_at: dt.datetime) -> None:
        self._raw, self._mapping, self._source, self._zone = raw, mapping, source, zone
        self._loaded_at = loaded_at
        self._layers = _Layers()
        for column in FEEDS[source.feed].columns:
            mapped = mapping.columns.get(column.name)
            if mapped is None:
                self._absent(column)
            else:
                self._present(column, mapped)

    def rows(self, *, load_id: str) -> str:
        """SELECT of load_id, row_number, the landed columns and ``extra``, of the rows without fault."""
        names = ", ".join(self._layers.landed)
        return (
            f"{self._converted(self._raw.relation, keep=f'{self._extra()} as extra')}\n"
            f"select {quoted_text(load_id)} as load_id, row_number, {names}, extra from converted "
            f"where fault is null"
        )

    def rejects(self, *, load_id: str, relation: str) -> str:
        """SELECT of the rejects table's columns, of the rows of ``relation`` (rows of the raw one) with a
        fault.
        """
        pick = [(f"when {number} then ", fault) for number, fault in enumerate(self._layers.faults, start=1)]
        columns = " ".join(when + quoted_text(fault.column) for when, fault in pick)
        values = " ".join(f"{when}cast({fault.value} as varchar)" for when, fault in pick)
        reasons = " ".join(when + fault.reason for when, fault in pick)
        return (
            f"{self._converted(relation, keep=f'{record_json(self._raw)} as record')}\n"
            f"select {quoted_text(load_id)} as load_id, row_number, case fault {columns} end as column_name, "
            f"case fault {values} end as raw_value, case fault {reasons} end as reason, record as row "
            f"from converted where fault is not null"
        )

    def _converted(self, relation: str, *, keep: str) -> str:
        layers = self._layers
        kept = keep.rpartition(" as ")[2]
        landed = ", ".join(f"{sql} as {name}" for name, sql in layers.landed.items())
        faults = " ".join(
            f"when {fault.condition} then {number}" for number, fault in enumerate(layers.faults, start=1)
        )
        fault = f"case {faults} end" if faults else "cast(null as integer)"
        return (
            f"with mapped as (\n    select row_number, {', '.join([*layers.mapped, keep])} "
            f"from ({relation}) as raw\n),\n"
            f"texts as (\n    select row_number, {', '.join([*layers.texts, kept])} from mapped\n),\n"
            f"parsed as (\n    select {', '.join(['*', *layers.parsed])} from texts\n),\n"
            f"localised as (\n    select {', '.join(['*', *layers.localised])} from parsed\n),\n"
            f"converted as (\n    select *, {fault} as fault, {landed} from localised\n)"
        )

    def _extra(self) -> str:
        drift = self._mapping.drift
        if not drift:
            return "cast(null as varchar)"
        filled = " or ".join(f"{column.sql} is not null" for column in drift)
        pairs = ", ".join(f"{quoted_text(column.name)}, {column.sql}" for column in drift)
        return f"case when {filled} then cast(json_object({pairs}) as varchar) end"

    def _absent(self, column: Column) -> None:
        landed = self._layers.landed
        for name, data_type in column.landed:
            landed[name] = f"cast({quoted_text(column.default) if column.default else 'null'} as {data_type})"
        if column.kind is Kind.EFFECTIVE and self._source.mode == "snapshot":
            local = f"timezone({quoted_text(self._zone)}, timestamptz {quoted_text(self._loaded_at.isoformat())})"
            landed[f"{column.name}_on"] = f"cast({local} as date)"
            landed[f"{column.name}_local"] = f"cast(cast({local} as date) as timestamp)"

    def _present(self, column: Column, mapped: Mapped) -> None:
        layers, name = self._layers, column.name
        text, source_value = f"t_{name}", f"m_{name}"
        values = self._source.values.get(name, {})
        typed = column.kind in _DATES and not values and _is_date_type(mapped.type)
        if mapped.may_fail:  # an error on one value rejects its row: a struct tells it from a NULL
            layers.mapped.append(f"try({{'v': {mapped.sql}}}) as {source_value}")
            layers.texts.append(f"{source_value} is null as f_{name}")
            layers.faults.append(Fault(name, f"f_{name}", "null", "'the mapping''s expression fails on this row'"))
            source_value += ".v"
        else:
            layers.mapped.append(f"{mapped.sql} as {source_value}")
        if typed:
            value = source_value
        else:
            value = value_map(_trimmed(source_value, mapped.type), values)
            no_date = _ENDS if column.required else _ENDS | {Kind.INSTANT}
            if column.kind in no_date:
                value = f"case when {value} not in {SENTINELS} then {value} end"
            if column.kind in (Kind.CHOICE, Kind.BOOLEAN):
                value = f"lower({value})"
            if column.default is not None:
                value = f"coalesce({value}, {quoted_text(column.default)})"
        layers.texts.append(f"{value} as {text}")
        if column.required:
            layers.faults.append(Fault(name, f"{text} is null", "null", self._missing(column)))
        if column.kind in _DATES:
            self._date(column, text, mapped.type if typed else "VARCHAR")
        else:
            self._plain(column, text)

    def _missing(self, column: Column) -> str:
        if column.kind is Kind.EFFECTIVE and "status" in self._mapping.columns:
            return "case when t_status = 'terminated' then 'termination without a date' else 'missing' end"
        return "'missing'"

    def _plain(self, column: Column, text: str) -> None:
        layers, name = self._layers, column.name
        if column.kind is Kind.CHOICE:
            reason = f"not one of {', '.join(column.choices)}"
            layers.faults.append(Fault(name, _none_of(text, column.choices), text, quoted_text(reason)))
            layers.landed[name] = text
        elif column.kind is Kind.INTEGER:
            number = f"try_cast({text} as bigint)"  # it rounds 1.5, hence the pattern
            wrong = f"({number} is null or not regexp_full_match({text}, '[+-]?\\d+(\\.0+)?'))"
            condition = f"{text} is not null and {wrong}"
            layers.faults.append(Fault(name, condition, text, "'not a whole number'"))
            layers.landed[name] = number
        elif column.kind is Kind.BOOLEAN:
            reason = "not one of yes, no, true, false, 1, 0"
            layers.faults.append(Fault(name, _none_of(text, _TRUE + _FALSE), text, quoted_text(reason)))
            layers.landed[name] = f"case when {text} is not null then not {_none_of(text, _TRUE)} end"
        else:
            layers.landed[name] = text

    def _date(self, column: Column, text: str, data_type: str) -> None:
        layers, name, kind = self._layers, column.name, column.kind
        expressions = parse(text, type=data_type, date_format=self._source.date_format)
        parts = Parts(f"d_{name}", f"l_{name}", f"u_{name}")
        layers.parsed += [
            f"{expressions.day} as {parts.day}",
            f"{expressions.clock} as {parts.clock}",
            f"{expressions.instant} as {parts.instant}",
        ]
        unread = f"{text} is not null and coalesce({parts.day}, {parts.clock}, {parts.instant}) is null"
        layers.faults.append(Fault(name, unread, text, quoted_text(self._unread_reason())))
        is_open = open_end(text, parts, type=data_type) if kind in _ENDS else None

        def closed(sql: str) -> str:
            return f"case when not o_{name} then {sql} end" if is_open else sql

        if is_open:
            layers.localised.append(f"{is_open} as o_{name}")
        if kind in (Kind.DATE, Kind.END_DATE):
            layers.localised.append(f"{calendar_day(text, parts, type=data_type)} as n_{name}")
            condition = f"{text} is not null and n_{name} is null" + (f" and not o_{name}" if is_open else "")
            layers.faults.append(Fault(name, condition, text, "'a date is wanted, and this is a time of day'"))
            layers.landed[name] = closed(f"n_{name}")
        elif kind in (Kind.EFFECTIVE, Kind.EFFECTIVE_END):
            moved = self._moved(column)
            day = f"case when {moved} then {parts.day} + 1 else {parts.day} end" if moved else parts.day
            layers.localised.append(f"{day} as n_{name}")
            layers.landed[f"{name}_on"] = closed(f"n_{name}")
            layers.landed[f"{name}_local"] = closed(f"coalesce({parts.clock}, cast(n_{name} as timestamp))")
            layers.landed[f"{name}_at"] = closed(f"coalesce({parts.instant}, {self._utc(parts.clock)})")
        else:
            day = f"{parts.day} + 1" if kind is Kind.EXPIRY else parts.day
            layers.localised.append(f"coalesce({parts.clock}, cast({day} as timestamp)) as n_{name}")
            layers.landed[name] = closed(f"coalesce({parts.instant}, {self._utc(f'n_{name}')})")

    def _moved(self, column: Column) -> str | None:
        """When a bare date of that column names the last day, not the first day after."""
        if column.kind is Kind.EFFECTIVE_END and self._source.end_dates == "inclusive":
            return "true"
        is_start = column.kind is Kind.EFFECTIVE and "status" in self._mapping.columns
        return "t_status = 'terminated'" if is_start and self._source.termination_dates == "last_day" else None

    def _utc(self, local: str) -> str:
        return local if self._zone == "UTC" else utc_expression(local, quoted_text(self._zone))

    def _unread_reason(self) -> str:
        wanted = f"ISO 8601 or {self._source.date_format}" if self._source.date_format else "ISO 8601"
        return f"not a date or time written as {wanted}; set date_format to the source's own pattern"


def record_json(raw: Raw) -> str:
    """SQL: the record as it was read, as JSON text."""
    pairs = ", ".join(f"{quoted_text(column.name)}, {column.sql}" for column in raw.columns)
    return f"cast(json_object({pairs}) as varchar)"


def landed_columns(feed: str) -> tuple[tuple[str, str], ...]:
    """(name, DuckDB type) of every column of ``rows.parquet`` of that feed."""
    return (
        ("load_id", "VARCHAR"),
        ("row_number", "BIGINT"),
        *FEEDS[feed].landed,
        ("extra", LANDED[Kind.TEXT]),
    )


def _none_of(text: str, choices: tuple[str, ...]) -> str:
    """SQL: whether a text is there and none of these; an IN of five would be planned as a join, losing row order."""
    cases = " ".join(f"when {quoted_text(choice)} then false" for choice in choices)
    return f"(case {text} {cases} else {text} is not null end)"


def _is_date_type(data_type: str) -> bool:
    return data_type == "DATE" or data_type.startswith("TIMESTAMP")


def _trimmed(value: str, data_type: str) -> str:
    """The value as text without surrounding white space, NULL when nothing is left."""
    if data_type in ("DOUBLE", "FLOAT"):  # an id column with gaps becomes floating in many exporters
        return (
            f"case when {value} = trunc({value}) and abs({value}) < 1e15"
            f" then cast(cast({value} as bigint) as varchar) else cast({value} as varchar) end"
        )
    if data_type != "VARCHAR":
        value = f"cast({value} as varchar)"
    clean = f"{value} between '!' and '~~' and ascii({value}[-1]) between 33 and 126"  # cheaper than to trim
    return f"case when {clean} then {value} else nullif(trim({value}, {quoted_text(_SPACE)}), '') end"
