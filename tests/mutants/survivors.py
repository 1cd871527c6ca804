"""The reviewed survivors: mutants that change no published row, each with the reason.

Owns reading ``survivors.toml`` and writing entries for it. Judges nothing.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from mutants.operators import Mutant

SURVIVORS: Final = Path(__file__).parent / "survivors.toml"


def reviewed_survivors(path: Path = SURVIVORS) -> dict[str, str]:
    """Fingerprint to reason. Raises ValueError for an entry without one."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("survivor", []) if path.is_file() else []
    for entry in entries:
        if not entry.get("reason"):
            raise ValueError(f"{path.name}: {entry.get('fingerprint')} has no reason")
    return {str(entry["fingerprint"]): str(entry["reason"]) for entry in entries}


def survivor_entries(mutants: Iterable[Mutant], *, reason: str = "") -> str:
    """Entries for the file, the reason to be written by whoever looked at the mutant."""
    return "\n".join(
        f'[[survivor]]\nfingerprint = "{mutant.fingerprint}"\nchange = {json.dumps(mutant.line, ensure_ascii=False)}\n'
        f"reason = {json.dumps(reason)}\n"
        for mutant in mutants
    )
