"""Answers of an LMS as durations from a seed, a third of them still waited for, and the figures that lifelines gives.

Owns the durations and ``lifelines.json``. One command writes that file anew::

    python tests/health/waits.py

It installs lifelines into a virtual environment of its own, since its releases ask for pandas before 3, and runs itself
there (``--here``). The durations depend on the seed alone, not on that Python; the figures are kept as lifelines gives
them, without rounding.
"""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

KEPT: Final = Path(__file__).parent / "lifelines.json"
FIGURES: Final = (
    "median_hours",
    "median_low_hours",
    "median_high_hours",
    "p90_hours",
    "p90_low_hours",
    "p90_high_hours",
)
TRUE_MEDIAN: Final = 24.0


@dataclass(frozen=True)
class Wait:
    """One event: how long it has been waited for, and whether the wait ended with an answer."""

    hours: float
    is_answered: bool


def waits(seed: int, *, count: int = 300, is_coarse: bool = False) -> list[Wait]:
    """Events of one kind, answered after an exponential time with a median of 24 hours, or not yet: about a third.

    ``is_coarse`` rounds to whole hours, so that many end at once and answers tie with waits that go on.
    """
    rng = random.Random(seed)
    rate = math.log(2.0) / TRUE_MEDIAN
    made = []
    for _ in range(count):
        answer, watched = rng.expovariate(rate), rng.expovariate(rate / 2.0)
        hours = min(answer, watched)
        made.append(Wait(float(round(hours)) if is_coarse else round(hours, 6), answer <= watched))
    return made


def cases() -> dict[str, list[Wait]]:
    """The durations that are compared, by name."""
    return {
        "a third unanswered": waits(1),
        "whole hours, many at once": waits(2, is_coarse=True),
        "few": waits(3, count=7),
        "many": waits(4, count=2000, is_coarse=True),
        "all answered": [Wait(one.hours, is_answered=True) for one in waits(5, count=50)],
        "none answered": [Wait(one.hours, is_answered=False) for one in waits(6, count=20)],
        "most unanswered": [Wait(one.hours, one.is_answered and place % 3 == 0) for place, one in enumerate(waits(7))],
        "one": [Wait(3.5, is_answered=True)],
    }


def _by_lifelines(durations: list[Wait]) -> dict[str, float | None]:
    from lifelines import KaplanMeierFitter  # type: ignore[import-not-found, unused-ignore]
    from lifelines.utils import qth_survival_times  # type: ignore[import-not-found, unused-ignore]

    fitter = KaplanMeierFitter().fit([one.hours for one in durations], [one.is_answered for one in durations])
    bands = fitter.confidence_interval_

    def first(column: Any, share: float) -> float | None:
        found = float(qth_survival_times(share, column))
        return None if math.isinf(found) else found

    survival = fitter.survival_function_["KM_estimate"]
    low, high = (bands[name] for name in bands.columns)
    shares = {"median": 0.5, "p90": 0.1}
    return {
        f"{name}{part}_hours": first(column, share)
        for name, share in shares.items()
        for part, column in (("", survival), ("_low", low), ("_high", high))
    }


def _elsewhere() -> None:
    """Run this file in a new virtual environment that has lifelines."""
    with tempfile.TemporaryDirectory(prefix="lifelines-") as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / ("Scripts" if sys.platform == "win32" else "bin") / "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", "lifelines"], check=True)
        subprocess.run([python, __file__, "--here"], check=True)


if __name__ == "__main__":
    if "--here" in sys.argv:
        kept = {name: _by_lifelines(durations) for name, durations in cases().items()}
        KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    else:
        _elsewhere()
