"""A disk that is full, told as such: whoever writes to the warehouse meets it, in whichever library.

Owns how such an error is known, and what is said of it. Called by the pipeline around loads and builds.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gapwatch.errors import NothingPublished

_NUMBERS: Final = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})
_TEXTS: Final = ("no space left on device", "file too large", "disk quota exceeded")


@contextmanager
def room_needed(warehouse: Path) -> Iterator[None]:
    """Raises NothingPublished where the block fails for want of room on the disk; other errors pass."""
    try:
        yield
    except Exception as error:
        if not _is_full(error):
            raise
        raise NothingPublished(
            "the disk is full, or a file may not grow: check that the disk has room",
            where=str(warehouse),
            do="make room and run again; what was published before is still in force",
        ) from error


def _is_full(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in _NUMBERS:
            return True
        if any(text in str(error).lower() for text in _TEXTS):
            return True
        error = error.__cause__
    return False
