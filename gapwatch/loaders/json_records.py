"""JSON: an array of records, one record a line, or a document that holds the list under ``records``.

Owns the flattening of a record to texts: nested objects become dotted names (``workerID.idValue``), lists
stay JSON, numbers keep the digits written, null and a missing key are both no value. Converts nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders.raw import Malformed, Raw, Record, write_records
from gapwatch.loaders.unnest import unnested

_decode: Callable[[str], Any] = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str).decode


def read_json(
    path: Path,
    *,
    where: str,
    scratch: Path,
    records: str | None = None,
    unnest: str | None = None,
    lines: bool = False,
) -> Raw:
    """The records of a JSON file, after ``unnest``; the first is row 2. A file of an empty list has no columns and no
    rows. ``lines``: one record a line, known beforehand; the file may then be empty.

    Raises LoadError for a file that is empty, cut off or not JSON, ConfigurationError when ``records`` is
    wrong.
    """
    try:
        by_line = lines or (records is None and _is_lines(path))
        found: Iterable[Any] = _lines(path) if by_line else _document(path, where=where, records=records)
        names: dict[str, None] = {}
        for record in unnested(found, unnest):
            if isinstance(record, dict):
                names.update(dict.fromkeys(_flat(record)))
        if by_line:
            found = _lines(path)
    except UnicodeDecodeError as error:
        raise LoadError("the file is not UTF-8 text", where=where, do="make the export write UTF-8") from error
    return write_records(_records(unnested(found, unnest), list(names)), names=list(names), scratch=scratch)


def _is_lines(path: Path) -> bool:
    """Whether each line is a record of its own: the first non-empty line is a whole object."""
    with path.open(encoding="utf-8-sig") as file:
        first = next((line for line in file if line.strip()), "")
        more = next((line for line in file if line.strip()), None)
    try:
        document = _decode(first.strip())
    except json.JSONDecodeError:
        return False
    if not isinstance(document, dict):
        return False
    return more is not None or not any(isinstance(value, list) for value in document.values())


def _lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8-sig") as file:
        for line in file:
            if not line.strip():
                continue
            try:
                yield _decode(line.strip())
            except json.JSONDecodeError:
                yield line.strip()


def _document(path: Path, *, where: str, records: str | None) -> list[Any]:
    text = path.read_text(encoding="utf-8-sig").strip()
    if not text:
        raise LoadError("the file is empty", where=where, do="check that the export completed")
    try:
        document = _decode(text)
    except json.JSONDecodeError as error:
        raise LoadError(
            f"the file is not complete JSON: {error.msg}",
            where=f"{where}, line {error.lineno}",
            do="check that the export completed",
        ) from error
    if isinstance(document, list) and records is None:
        return document
    for step in (records or "").split(".") if records else ():
        document = document.get(step) if isinstance(document, dict) else None
    if isinstance(document, dict):
        lists = sorted(key for key, value in document.items() if isinstance(value, list))
        raise ConfigurationError(
            "the document is an object: which of its keys holds the records?",
            where=where,
            do=f"set records in [[sources]] to one of: {', '.join(lists)}" if lists else "set records in [[sources]]",
        )
    if not isinstance(document, list):
        raise ConfigurationError(
            f"the document has no list of records under {records!r}" if records else "the document is no list",
            where=where,
            do="set records in [[sources]] to the key, or dotted path, of the list",
        )
    return document


def _records(found: Iterable[Any], names: list[str]) -> Iterator[Record | Malformed]:
    for number, record in enumerate(found, start=2):
        if isinstance(record, dict):
            flat = _flat(record)
            yield number, [flat.get(name) for name in names]
        else:
            yield Malformed(number, "the record is not a JSON object", str(_text(record)))


def _flat(record: dict[str, Any], prefix: str = "") -> dict[str, str | None]:
    flat: dict[str, str | None] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{prefix}{key}."))
        else:
            flat[prefix + key] = _text(value)
    return flat


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
