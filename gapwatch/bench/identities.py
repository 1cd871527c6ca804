"""How right the probable matches are: precision and recall on accounts whose person is known to the play alone.

Owns the measurement; the play is ``gapwatch.bench.strangers``, the matching ``gapwatch.identity``. Run it with
``python -m gapwatch.bench.identities --workers 20000 --accounts 4000 --seed 1``; exit 1 below what is asked for.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import Final

from gapwatch.bench.strangers import KINDS, Strangers, strangers
from gapwatch.identity.candidates import OFFER_FROM, find_candidates

PRECISION: Final = 0.98
RECALL: Final = 0.90


@dataclass(frozen=True)
class Judgement:
    """Offered matches against the answers. ``by_kind``: accounts, offered, right, of each kind of noise."""

    accounts: int
    of_somebody: int
    offered: int
    right: int
    by_kind: dict[str, tuple[int, int, int]]

    @property
    def precision(self) -> float:
        """The part of the offered matches that is right; 1 when none is offered."""
        return self.right / self.offered if self.offered else 1.0

    @property
    def recall(self) -> float:
        """The part of the accounts of somebody whose person is offered; 1 when there are none."""
        return self.right / self.of_somebody if self.of_somebody else 1.0

    @property
    def is_enough(self) -> bool:
        """Whether both reach what is asked for."""
        return self.precision >= PRECISION and self.recall >= RECALL


def judge(play: Strangers) -> Judgement:
    """Match the accounts of that play and compare what is offered with its answers."""
    offered = {
        row["account_id"]: row["worker_id"]
        for row in find_candidates(play.accounts, play.workers).to_pylist()
        if row["is_offered"]
    }
    met: Counter[str] = Counter(kind for kind, _ in play.answers.values())
    given: Counter[str] = Counter(play.answers[account][0] for account in offered)
    right: Counter[str] = Counter(
        play.answers[account][0] for account, worker in offered.items() if play.answers[account][1] == worker
    )
    return Judgement(
        accounts=len(play.answers),
        of_somebody=sum(worker is not None for _, worker in play.answers.values()),
        offered=len(offered),
        right=sum(right.values()),
        by_kind={kind: (met[kind], given[kind], right[kind]) for kind in KINDS},
    )


def main() -> int:
    """Play, match, print; 0 when precision and recall are enough."""
    parser = argparse.ArgumentParser(description="Precision and recall of the probable matches.")
    parser.add_argument("--workers", type=int, default=20_000)
    parser.add_argument("--accounts", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    play = strangers(workers=asked.workers, accounts=asked.accounts, seed=asked.seed)
    started = time.perf_counter()
    judged = judge(play)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    lines = [f"{'kind':<16}{'accounts':>9}{'offered':>9}{'right':>7}{'wrong':>7}{'recall':>8}"]
    for kind, (met, offered, right) in judged.by_kind.items():
        recall = f"{right / met:8.3f}" if met and kind != "nobody" else f"{'–':>8}"
        lines.append(f"{kind:<16}{met:>9,}{offered:>9,}{right:>7,}{offered - right:>7,}{recall}")
    lines.append(
        f"{asked.workers:,} workers, {judged.accounts:,} accounts without a person, seed {asked.seed}:"
        f" precision {judged.precision:.4f}, recall {judged.recall:.4f} at a score of {OFFER_FROM:.2f};"
        f" {seconds:.1f} s, peak {peak:.2f} GiB"
    )
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if judged.is_enough else 1


if __name__ == "__main__":
    sys.exit(main())
