"""Records to rows of a feed: one SQL statement per file, good rows apart from rejected ones.

Owns how a value becomes a landed column (contract, sections 1 and 2): trimming, value maps, defaults, dates
to UTC, sentinels, inclusive ends, and why a row is rejected. Every step is set-based; no row passes through
Python. Decides nothing about what rows mean together. Called by ``gapwatch.loaders.load``.

The statement works in layers, each a CTE over the one before: ``mapped`` (source values), ``texts`` (trimmed,
translated), ``parsed`` (dates taken apart), ``days`` (midnights that mean dates), ``localised`` (one local time per
instant), ``converted`` (landed columns and ``fault``, the number of the first fault of the row, NULL when it has
none).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from gapwatch.config import Source
from gapwatch.feeds import FEEDS, LANDED, Column, Kind
from gapwatch.loaders.dates import SENTINELS, Parts, calendar_day, midnights_as_days, open_end, parse
from gapwatch.loaders.mapping import Mapped, Mapping, value_map
from gapwatch.loaders.raw import Edges, Raw, quoted_text
from gapwatch.loaders.zones import utc_expression

_SPACE = " \t\r\n\v\f\u00a0\ufeff\u200b"
_DATES = frozenset({Kind.INSTANT, Kind.EXPIRY, Kind.END, Kind.DATE, Kind.END_DATE, Kind.EFFECTIVE, Kind.EFFECTIVE_END})
_ENDS = frozenset({Kind.END, Kind.END_DATE, Kind.EFFECTIVE_END, Kind.EXPIRY})
LEFT_OUT = "left out by where: "  # how the reason of such a reject begins
_TRUE, _FALSE = ("yes", "true", "1", "y", "t"), ("no", "false", "0", "n", "f")


@dataclass(frozen=True)
class Fault:
    """One way in which a row can be wrong: the column (None: the row as a whole), the SQL condition and the SQL of
    the value and of the reason.
    """

    column: str | None
    condition: str
    value: str
    reason: str


@dataclass
class _Layers:
    mapped: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    parsed: list[str] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
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
        self._changes = source.carries_changes
        self._identity = FEEDS[source.feed].identity
        self._emptied: list[str] = []
        if mapping.where is not None:
            self._leave_out(mapping.where)
        if mapping.deletion is not None:
            self._delete(mapping.deletion)
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
            f"select {quoted_text(load_id)} as load_id, row_number, {names}, extra, {self._deleted()} as is_deleted, "
            f"{self._emptied_text()} as emptied from converted where fault is null"
        )

    def rejects(self, *, load_id: str, relation: str) -> str:
        """SELECT of the rejects table's columns, of the rows of ``relation`` (rows of the raw one) with a
        fault.
        """
        pick = [(f"when {number} then ", fault) for number, fault in enumerate(self._layers.faults, start=1)]
        columns = " ".join(when + (quoted_text(fault.column) if fault.column else "null") for when, fault in pick)
        values = " ".join(f"{when}cast({fault.value} as varchar)" for when, fault in pick)
        reasons = " ".join(when + fault.reason for when, fault in pick)
        return (
            f"{self._converted(relation, keep=f'{record_json(self._raw)} as record')}\n"
            f"select {quoted_text(load_id)} as load_id, row_number, "
            f"cast(case fault {columns} end as varchar) as column_name, case fault {values} end as raw_value, "
            f"case fault {reasons} end as reason, record as row from converted where fault is not null"
        )

    def _converted(self, relation: str, *, keep: str) -> str:
        layers = self._layers
        kept = keep.rpartition(" as ")[2]
        landed = ", ".join(f"{sql} as {name}" for name, sql in layers.landed.items())
        faults = " ".join(
            f"when {self._unless_deleted(fault)} then {number}" for number, fault in enumerate(layers.faults, start=1)
        )
        fault = f"case {faults} end" if faults else "cast(null as integer)"
        return (
            f"with mapped as (\n    select row_number, {', '.join([*layers.mapped, keep])} "
            f"from ({relation}) as raw\n),\n"
            f"texts as (\n    select row_number, {', '.join([*layers.texts, kept])} from mapped\n),\n"
            f"parsed as (\n    select {', '.join(['*', *layers.parsed])} from texts\n),\n"
            f"days as (\n    select {', '.join(['*', *layers.days])} from parsed\n),\n"
            f"localised as (\n    select {', '.join(['*', *layers.localised])} from days\n),\n"
            f"converted as (\n    select *, {fault} as fault, {landed} from localised\n)"
        )

    def _extra(self) -> str:
        drift = self._mapping.drift
        if not drift:
            return "cast(null as varchar)"
        filled = " or ".join(f"{column.sql} is not null" for column in drift)
        pairs = ", ".join(f"{quoted_text(column.name)}, {column.sql}" for column in drift)
        return f"case when {filled} then cast(json_object({pairs}) as varchar) end"

    def _leave_out(self, where: Mapped) -> None:
        """A row that the mapping does not take is a reject like any other, but says that it was left out."""
        layers = self._layers
        layers.mapped.append(f"try({{'v': {where.sql}}}) as m_where")
        layers.texts.append("m_where is null as f_where, m_where.v is true as is_taken")
        layers.faults.append(Fault(None, "f_where", "null", "'the mapping''s where fails on this row'"))
        layers.faults.append(Fault(None, "not is_taken", "null", quoted_text(f"{LEFT_OUT}{self._source.where}")))

    def _delete(self, deletion: Mapped) -> None:
        """Of a row that says that its key is deleted, only the key need be readable."""
        layers = self._layers
        if deletion.may_fail:
            layers.mapped.append(f"try({{'v': {deletion.sql}}}) as m_is_deleted")
            layers.texts.append("m_is_deleted is null as f_is_deleted, m_is_deleted.v is true as x_deleted")
            layers.faults.append(Fault(None, "f_is_deleted", "null", "'deleted_when fails on this row'"))
            return
        text = f"lower({_trimmed('m_is_deleted', deletion.type)})"
        layers.mapped.append(f"{deletion.sql} as m_is_deleted")
        layers.texts += [
            f"{text} as t_is_deleted",
            f"({text} is not null and not {_none_of(text, _TRUE)}) as x_deleted",
        ]
        wrong = _none_of("t_is_deleted", _TRUE + _FALSE)
        layers.faults.append(Fault("is_deleted", wrong, "t_is_deleted", "'not one of yes, no, true, false, 1, 0'"))

    def _deleted(self) -> str:
        return "cast(null as boolean)" if self._mapping.deletion is None else "x_deleted"

    def _unless_deleted(self, fault: Fault) -> str:
        if self._mapping.deletion is None or fault.column in (None, "is_deleted", *self._identity):
            return fault.condition
        return f"not x_deleted and ({fault.condition})"

    def _emptied_text(self) -> str:
        """SQL: the columns that a change says to be empty now, as ``;a;b;``, NULL when there are none."""
        if not self._emptied:
            return "cast(null as varchar)"
        return f"nullif(concat(';', {', '.join(self._emptied)}), ';')"

    def _is_needed(self, column: Column) -> bool:
        return column.required and not (self._changes and column.name not in self._identity)

    def _absent(self, column: Column) -> None:
        landed = self._layers.landed
        if self._is_needed(column) and self._mapping.deletion is not None and column.name not in self._identity:
            self._layers.faults.append(
                Fault(column.name, "true", "null", quoted_text("required, and the file lacks it"))
            )
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
            edges: Edges = "any" if mapped.may_fail else self._raw.edges
            value = value_map(_trimmed(source_value, mapped.type, edges), values)
            value = self._stated(column, value)
            no_date = _ENDS if column.required else _ENDS | {Kind.INSTANT}
            if column.kind in no_date:
                value = f"case when {value} not in {SENTINELS} then {value} end"
            if column.kind in (Kind.CHOICE, Kind.BOOLEAN):
                layers.texts.append(f"{_trimmed(source_value, mapped.type, edges)} as r_{name}")  # for its rejects
                value = f"lower({value})"
            if column.default is not None:
                value = f"coalesce({value}, {quoted_text(column.default)})"
        layers.texts.append(f"{value} as {text}")
        if self._is_needed(column):
            layers.faults.append(Fault(name, f"{text} is null", "null", self._missing(column)))
        if column.kind in _DATES:
            self._date(column, text, mapped.type if typed else "VARCHAR")
        else:
            self._plain(column, text)

    def _stated(self, column: Column, value: str) -> str:
        """The value without the texts that say "empty"; where rows are changes, these are kept in ``emptied``."""
        if not self._changes or column.name in self._identity:
            return value
        empty = [] if self._source.emptied_by is None else [self._source.emptied_by.strip()]
        if column.kind in _ENDS:
            empty += SENTINELS
        if not empty:
            return value
        marks = " ".join(f"when {quoted_text(mark)} then" for mark in empty)
        is_empty = f"(case {value} {marks.replace(' then', ' then true')} else false end)"
        self._layers.texts.append(f"{is_empty} as e_{column.name}")
        self._emptied.append(f"case when e_{column.name} then {quoted_text(column.name + ';')} end")
        return f"(case {value} {marks.replace(' then', ' then null')} else {value} end)"

    def _missing(self, column: Column) -> str:
        if column.kind is Kind.EFFECTIVE and "status" in self._mapping.columns:
            return "case when t_status = 'terminated' then 'termination without a date' else 'missing' end"
        return "'missing'"

    def _plain(self, column: Column, text: str) -> None:
        layers, name = self._layers, column.name
        if column.kind is Kind.CHOICE:
            reason = f"not one of {', '.join(column.choices)}"
            layers.faults.append(Fault(name, _none_of(text, column.choices), f"r_{name}", quoted_text(reason)))
            layers.landed[name] = text
        elif column.kind is Kind.INTEGER:
            number = f"try_cast({text} as bigint)"  # it rounds 1.5, hence the pattern
            wrong = f"({number} is null or not regexp_full_match({text}, '[+-]?\\d+(\\.0+)?'))"
            condition = f"{text} is not null and {wrong}"
            layers.faults.append(Fault(name, condition, text, "'not a whole number'"))
            layers.landed[name] = number
        elif column.kind is Kind.BOOLEAN:
            reason = "not one of yes, no, true, false, 1, 0"
            layers.faults.append(Fault(name, _none_of(text, _TRUE + _FALSE), f"r_{name}", quoted_text(reason)))
            layers.landed[name] = f"case when {text} is not null then not {_none_of(text, _TRUE)} end"
        else:
            layers.landed[name] = text

    def _date(self, column: Column, text: str, data_type: str) -> None:
        layers, name, kind = self._layers, column.name, column.kind
        expressions = parse(text, type=data_type, formats=self._source.date_formats)
        parts = Parts(f"d_{name}", f"l_{name}", f"u_{name}")
        layers.parsed += [
            f"{expressions.day} as {parts.day}",
            f"{expressions.clock} as {parts.clock}",
            f"{expressions.instant} as {parts.instant}",
        ]
        if self._source.midnights == "dates" and kind not in (Kind.INSTANT, Kind.END):
            days = Parts(f"wd_{name}", f"wl_{name}", f"wu_{name}")
            whole = midnights_as_days(text, parts, type=data_type)
            layers.days += [f"{whole.day} as {days.day}", f"{whole.clock} as {days.clock}"]
            layers.days.append(f"{whole.instant} as {days.instant}")
            parts = days
        unread = f"{text} is not null and coalesce({parts.day}, {parts.clock}, {parts.instant}) is null"
        layers.faults.append(Fault(name, unread, text, quoted_text(self._unread_reason())))
        is_open = open_end(text, parts, type=data_type) if kind in _ENDS else None

        def closed(sql: str) -> str:
            return f"case when not o_{name} then {sql} end" if is_open else sql

        if is_open:
            layers.localised.append(f"{is_open} as o_{name}")
            if self._changes and name not in self._identity:
                self._emptied.append(f"case when o_{name} then {quoted_text(name + ';')} end")
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
        formats = self._source.date_formats
        several = ", or it fits several of them" if len(formats) > 1 else ""
        return (
            f"not a date or time written as {' or '.join(['ISO 8601', *formats])}{several}; "
            "set date_format to the source's own pattern"
        )


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
        ("is_deleted", LANDED[Kind.BOOLEAN]),
        ("emptied", LANDED[Kind.TEXT]),
    )


def _none_of(text: str, choices: tuple[str, ...]) -> str:
    """SQL: whether a text is there and none of these; an IN of five would be planned as a join, losing row order."""
    cases = " ".join(f"when {quoted_text(choice)} then false" for choice in choices)
    return f"(case {text} {cases} else {text} is not null end)"


def _is_date_type(data_type: str) -> bool:
    return data_type == "DATE" or data_type.startswith("TIMESTAMP")


def _trimmed(value: str, data_type: str, edges: Edges = "any") -> str:
    """The value as text without surrounding white space, NULL when nothing is left."""
    if data_type in ("DOUBLE", "FLOAT"):  # an id column with gaps becomes floating in many exporters
        return (
            f"case when {value} = trunc({value}) and abs({value}) < 1e15"
            f" then cast(cast({value} as bigint) as varchar) else cast({value} as varchar) end"
        )
    if data_type != "VARCHAR":
        value = f"cast({value} as varchar)"
    elif edges == "none":
        return value
    elif edges == "blanks":
        return f"case when {value} > '!' and not suffix({value}, ' ') then {value} else nullif(trim({value}), '') end"
    clean = f"{value} between '!' and '~~' and ascii({value}[-1]) between 33 and 126"  # cheaper than to trim
    return f"case when {clean} then {value} else nullif(trim({value}, {quoted_text(_SPACE)}), '') end"
