"""Dotted paths into a JSON document, and addresses without what does not belong in the ledger.

Owns both notations. Called by the other modules of this package.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit


def dig(document: Any, path: str, *, absent: Any = None) -> Any:
    """The value at a dotted path, ``absent`` without one; a key may hold dots itself (``@odata.nextLink``)."""
    if not isinstance(document, dict):
        return absent
    if path in document:
        return document[path]
    steps = path.split(".")
    for count in range(len(steps) - 1, 0, -1):
        key = ".".join(steps[:count])
        if key in document:
            return dig(document[key], ".".join(steps[count:]), absent=absent)
    return absent


def shown(address: str) -> str:
    """The address without user, password, query and fragment: what errors and the ledger may name."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return urlunsplit((parts.scheme, f"{host}:{parts.port}" if parts.port else host, parts.path, "", ""))


def origin(address: str) -> tuple[str, str, int | None]:
    """Scheme, host and port, default ports filled in."""
    parts = urlsplit(address)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or {"http": 80, "https": 443}.get(scheme)
