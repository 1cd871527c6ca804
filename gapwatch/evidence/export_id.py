"""The export's number, made from what the workbook holds: the same content has the same number."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

FRONT: Final = ("Cover", "Index")  # they state the number and the digests, so they cannot be part of it


def export_id(digests: Mapping[str, str]) -> str:
    """Twelve hexadecimal digits from the digests of all sheets, by name, but the cover and the index."""
    lines = "\n".join(f"{name}\t{digest}" for name, digest in sorted(digests.items()) if name not in FRONT)
    return hashlib.sha256(lines.encode("utf-8")).hexdigest()[:12].upper()
