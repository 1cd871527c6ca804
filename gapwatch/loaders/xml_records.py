"""XML: a document whose list of records is found by name, or is all there is below its root.

Owns finding the records one at a time, whatever the size of the file, and what an element is: its text, or an object
of its attributes (``@name``), children and text (``#text``), repeated children being a list. Names are local: prefixes
and namespaces fall away. A document type is refused, so no entity is ever resolved. Converts nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders.objects import write_objects
from gapwatch.loaders.raw import Raw
from gapwatch.loaders.unnest import unnested

_NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def read_xml(path: Path, *, where: str, scratch: Path, records: str | None = None, unnest: str | None = None) -> Raw:
    """The records of an XML file, after ``unnest``; the first is row 2. ``records`` is the element that a record is,
    as a dotted path below the root or its last name; without it the children of the root are.

    Raises LoadError for a file that is empty, cut off, not XML or has a document type, ConfigurationError when
    ``records`` is wrong or missing.
    """
    wanted = _path_of_records(path, records, where)
    return write_objects(unnested(_records(path, wanted, where), unnest), scratch=scratch, where=where)


def _path_of_records(path: Path, records: str | None, where: str) -> tuple[str, ...]:
    """The names from below the root down to a record. Reads the whole file, and keeps nothing of it."""
    steps = tuple(records.split(".")) if records else ()
    children: dict[str, None] = {}
    for names, _ in _ended(path, where):
        if steps and names[-len(steps) :] == steps:
            return names
        if len(names) == 1:
            children[names[0]] = None
    if steps:
        raise ConfigurationError(
            f"the document has no element {records}",
            where=where,
            do=f"set records in [[sources]] to the element of a record; below the root are: {', '.join(children)}",
        )
    if len(children) > 1:
        raise ConfigurationError(
            "the root has children of different names: which of them is a record?",
            where=where,
            do=f"set records in [[sources]] to one of, or to an element in one of: {', '.join(sorted(children))}",
        )
    return tuple(children) or ("",)


def _records(path: Path, wanted: tuple[str, ...], where: str) -> Iterator[Any]:
    for names, element in _ended(path, where, keep=len(wanted)):
        if names == wanted:
            value = _value(element)
            yield value if isinstance(value, dict) else {names[-1]: value}


def _ended(path: Path, where: str, keep: int | None = None) -> Iterator[tuple[tuple[str, ...], Any]]:
    """(names from below the root, element) of every element when it ends. Then it is emptied, unless it lies deeper
    than ``keep``."""
    from lxml import etree

    names: list[str] = []
    with _complaints(where):
        events = etree.iterparse(
            str(path),
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
            huge_tree=False,
        )
        for event, element in events:
            if event == "start":
                if not names and element.getroottree().docinfo.doctype:
                    raise LoadError(
                        "the file declares a document type, which may name other files or grow without end",
                        where=where,
                        do="have it exported without a DOCTYPE",
                    )
                names.append(etree.QName(element).localname)
                continue
            if len(names) > 1:
                yield tuple(names[1:]), element
            names.pop()
            if keep is None or len(names) <= keep:  # what is inside a record is needed until the record ends
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]


def _value(element: Any) -> Any:
    from lxml import etree

    found: dict[str, Any] = {
        f"@{etree.QName(name).localname}": value for name, value in element.attrib.items() if name != _NIL
    }
    repeated: set[str] = set()
    for child in element:
        name, value = etree.QName(child).localname, _value(child)
        if name in repeated:
            found[name].append(value)
        elif name in found:
            found[name] = [found[name], value]
            repeated.add(name)
        else:
            found[name] = value
    text = (element.text or "").strip() or None
    if not found:
        return text
    if text is not None:
        found["#text"] = text
    return found


@contextmanager
def _complaints(where: str) -> Iterator[None]:
    from lxml import etree

    try:
        yield
    except etree.XMLSyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise LoadError(
            "the file is not complete XML", where=f"{where}{line}", do="check that the export completed"
        ) from error
    except (ValueError, OSError, LookupError) as error:
        raise LoadError(f"the file is no XML that can be read: {type(error).__name__}", where=where) from error
    except RecursionError:
        raise LoadError("an element is nested too deeply to be a record", where=where) from None
