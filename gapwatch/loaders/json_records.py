"""JSON: an array of records, one record a line, or a document that holds the list under ``records``.

Owns finding the records, one at a time, whatever the size of the file. ``gapwatch.loaders.objects`` makes texts of
them. Converts nothing.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Final

from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders.objects import write_objects
from gapwatch.loaders.raw import Raw
from gapwatch.loaders.unnest import unnested

_FIRST_LINE: Final = 1 << 24  # bytes; a longer first line is not one record of many
_decode: Callable[[str], Any] = json.JSONDecoder(parse_float=Decimal, parse_constant=str).decode


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
        if lines or (records is None and _is_lines(path)):
            return write_objects(unnested(_lines(path), unnest), scratch=scratch, where=where)
        found = _document(path, _list_at(path, records, where), where)
        return write_objects(unnested(found, unnest), scratch=scratch, where=where)
    except UnicodeDecodeError as error:
        raise LoadError("the file is not UTF-8 text", where=where, do="make the export write UTF-8") from error


def _is_lines(path: Path) -> bool:
    """Whether each line is a record of its own: the first non-empty line is a whole object."""
    with path.open("rb") as file:
        first = file.readline(_FIRST_LINE).removeprefix(codecs.BOM_UTF8)
        while first and not first.strip():
            first = file.readline(_FIRST_LINE)
        if not first.lstrip().startswith(b"{"):
            return False
        more = next((line for line in iter(lambda: file.readline(_FIRST_LINE), b"") if line.strip()), None)
    try:
        document = _decode(first.decode("utf-8").strip())
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        return False
    return more is not None or not any(isinstance(value, list) for value in document.values())


def _lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8-sig") as file:
        for line in file:
            if not line.strip():
                continue
            try:
                yield _decode(line.strip())
            except (json.JSONDecodeError, RecursionError):
                yield line.strip()


def _document(path: Path, prefix: str, where: str) -> Iterator[Any]:
    import ijson

    with _complaints(where), _text_of(path, where) as file:
        yield from ijson.items(file, prefix)


def _list_at(path: Path, records: str | None, where: str) -> str:
    """The prefix of the list's elements. Reads the file up to there."""
    import ijson

    lists: list[str] = []
    with _complaints(where), _text_of(path, where) as file:
        for prefix, event, _ in ijson.parse(file):
            if event == "start_array" and prefix == (records or ""):
                return f"{records}.item" if records else "item"
            if event == "start_array" and prefix and "." not in prefix:
                lists.append(prefix)
            if records is None and prefix == "" and event not in ("start_map", "map_key", "end_map"):
                raise ConfigurationError(
                    "the document is no list",
                    where=where,
                    do="check what the export writes: a list of records is wanted",
                )
    if records is not None:
        raise ConfigurationError(
            f"the document has no list of records under {records!r}",
            where=where,
            do="set records in [[sources]] to the key, or dotted path, of the list",
        )
    found = ", ".join(sorted(lists))
    raise ConfigurationError(
        "the document is an object: which of its keys holds the records?",
        where=where,
        do=f"set records in [[sources]] to one of: {found}" if found else "set records in [[sources]]",
    )


@contextmanager
def _complaints(where: str) -> Iterator[None]:
    import ijson

    try:
        yield
    except ijson.JSONError as error:
        raise LoadError(
            "the file is not complete JSON", where=where, do="check that the export completed; NaN is no JSON either"
        ) from error
    except (ValueError, OverflowError, RecursionError) as error:  # what the parser lets through: lone surrogates, …
        raise LoadError(
            f"the file is no JSON that can be read: {type(error).__name__}", where=where, do="check the export"
        ) from error


@contextmanager
def _text_of(path: Path, where: str) -> Iterator[BinaryIO]:
    """The file behind its byte order mark. Raises LoadError when nothing follows."""
    with path.open("rb") as file:
        head = file.read(len(codecs.BOM_UTF8))
        if head != codecs.BOM_UTF8:
            file.seek(0)
        start = file.tell()
        while chunk := file.read(1 << 16):
            if chunk.strip():
                break
        else:
            raise LoadError("the file is empty", where=where, do="check that the export completed")
        file.seek(start)
        yield file
