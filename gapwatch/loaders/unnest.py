"""Nested lists to rows: a record that holds a list becomes one record per element of it.

Owns the walk along ``unnest``, the dotted path of the list (``workRelationships.assignments``; every step may be
a list). Each element takes the list's place in a copy of its record, so that what stands around it is said of each
row. A record whose list is missing or empty stays one record without it: nothing is left out here. Converts
nothing. Called by the readers of nested formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

# How OData v2 and Oracle wrap a child collection.
_WRAPPERS: Final = ("results", "items")


def unnested(records: Iterable[Any], path: str | None) -> Iterator[Any]:
    """The records with the list at ``path`` unnested, in the order of the file; what is no object is passed on."""
    steps = path.split(".") if path else []
    for record in records:
        yield from _rows(record, steps)


def _rows(node: Any, steps: list[str]) -> Iterator[Any]:
    if not steps or not isinstance(node, dict):
        yield node
        return
    step, *rest = steps
    value = _unwrapped(node.get(step))
    elements = value if isinstance(value, list) else [value]
    if not elements or elements == [None]:
        yield {key: other for key, other in node.items() if key != step}
        return
    for element in elements:
        for row in _rows(element, rest):
            yield {**node, step: row}


def _unwrapped(value: Any) -> Any:
    """The list inside an object that only wraps it."""
    if isinstance(value, dict):
        for wrapper in _WRAPPERS:
            if isinstance(value.get(wrapper), list):
                return value[wrapper]
    return value
