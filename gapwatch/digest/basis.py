"""The generations that the last digests rested on, kept so that the next one can say what has been rewritten since.

Owns ``warehouse/sends/basis``: one file an ISO week, a second name of the generation's own file where the file system
has them, so that it takes no room until the generation is pruned. Called by ``sending`` and ``weekly``.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import Final

_KEPT: Final = 2


def keep(warehouse: Path, *, week: str, generation: Path) -> Path:
    """Keep that generation as the week's basis, unless the week has one; older ones but the last go."""
    path = _folder(warehouse) / f"{week}.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        beside = path.with_name(f".{week}.part")
        beside.unlink(missing_ok=True)
        try:
            os.link(generation, beside)
        except OSError:  # a file system without second names, or another one
            shutil.copyfile(generation, beside)
        beside.replace(path)
    for old in sorted(path.parent.glob("*.duckdb"))[:-_KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()
    return path


def before(warehouse: Path, *, week: str) -> Path | None:
    """The basis of the last digest before that week, or None when there is none."""
    found = [path for path in sorted(_folder(warehouse).glob("*.duckdb")) if path.stem < week]
    return found[-1] if found else None


def _folder(warehouse: Path) -> Path:
    return warehouse / "sends" / "basis"
