"""Sets of time as sorted lists of half-open stretches ``(from, to)``."""

from __future__ import annotations

from collections.abc import Iterable

Stretch = tuple[int, int]


def union(stretches: Iterable[Stretch]) -> list[Stretch]:
    """All of them, with what overlaps or adjoins made one."""
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            if end > joined[-1][1]:
                joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def without(stretches: Iterable[Stretch], gone: list[Stretch]) -> list[Stretch]:
    """What is left of ``stretches`` outside ``gone``, which must be a union."""
    left: list[Stretch] = []
    for start, end in stretches:
        at = start
        for cut, back in gone:
            if back <= at:
                continue
            if cut >= end:
                break
            if cut > at:
                left.append((at, cut))
            at = back
        if at < end:
            left.append((at, end))
    return left


def holds(stretches: Iterable[Stretch], instant: int) -> bool:
    """Whether one of them covers the instant."""
    return any(start <= instant < end for start, end in stretches)
