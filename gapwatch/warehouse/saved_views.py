"""Saved views: addresses of the dashboard that somebody gave a name, one file per person.

    <warehouse>/views/<digest of who>.json

Owns the files; knows nothing of what an address shows. Written by the dashboard.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Final

from gapwatch.errors import GapwatchError

LONGEST_NAME: Final = 60
MOST: Final = 50


def saved_views(warehouse: Path, *, who: str) -> dict[str, str]:
    """Address (page and query, without host) by name, in the order in which they were saved; empty when there is none.

    Raises GapwatchError for a file that is not readable as such.
    """
    path = _path(warehouse, who)
    if not path.is_file():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): str(address) for name, address in kept["views"].items()}
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise GapwatchError("the saved views cannot be read", where=str(path), do="mend or delete that file") from error


def save_view(warehouse: Path, *, who: str, name: str, address: str) -> None:
    """Keep that address under that name, in place of an older one of the same name.

    Raises GapwatchError for an empty or overlong name, when there are too many, or when nothing can be written.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise GapwatchError(f"a view's name has 1 to {LONGEST_NAME} characters", do="choose another name")
    views = saved_views(warehouse, who=who)
    if name not in views and len(views) >= MOST:
        raise GapwatchError(f"there are {MOST} saved views already", do="remove one first")
    _write(_path(warehouse, who), who, views | {name: address})


def remove_view(warehouse: Path, *, who: str, name: str) -> None:
    """Forget that view, if it is there."""
    views = saved_views(warehouse, who=who)
    if views.pop(name, None) is not None:
        _write(_path(warehouse, who), who, views)


def _path(warehouse: Path, who: str) -> Path:
    return warehouse / "views" / f"{hashlib.sha256(who.encode('utf-8')).hexdigest()[:16]}.json"


def _write(path: Path, who: str, views: dict[str, str]) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(exist_ok=True)
        beside.write_text(json.dumps({"who": who, "views": views}, ensure_ascii=False, indent=1), encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise GapwatchError(
            f"the view cannot be saved: {error.strerror}",
            where=str(path.parent),
            do="let the account that serves the dashboard write there",
        ) from error
