"""Typing and escaping of single cells."""

from __future__ import annotations

import datetime as dt

import pytest

from gapwatch.evidence.cells import CELL_LIMIT, Formula, Kind, address, body, canonical, pieces


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (None, Kind.TEXT, ""),
        ("", Kind.TEXT, ""),
        ("007", Kind.TEXT, "s007"),
        (7, Kind.TEXT, "s7"),
        (7, Kind.INTEGER, "n7"),
        (7.0, Kind.NUMBER, "n7"),
        (0.1 + 0.2, Kind.NUMBER, "n0.3"),
        (10**15, Kind.INTEGER, "s1000000000000000"),
        (float("nan"), Kind.NUMBER, "snan"),
        (True, Kind.YESNO, "syes"),
        (False, Kind.YESNO, "sno"),
        (dt.date(2026, 3, 14), Kind.DATE, "n46095"),
        (dt.date(1899, 12, 31), Kind.DATE, "s1899-12-31"),
        (dt.datetime(2026, 3, 14, 12, tzinfo=dt.UTC), Kind.INSTANT, "n46095.5"),
        (dt.datetime(2026, 3, 14, 7, tzinfo=dt.timezone(dt.timedelta(hours=-5))), Kind.INSTANT, "n46095.5"),
        ("a\x00b\x1fc\ufffe", Kind.TEXT, "sa_x0000_b_x001F_c_xFFFE_"),
        ("_x0041_", Kind.TEXT, "s_x005F_x0041_"),
        ("tab\tand\nline", Kind.TEXT, "stab\tand\nline"),
        ("cr\r\n", Kind.TEXT, "scr_x000D_\n"),
        (Formula("COUNTIFS(A:A,1)", 3), Kind.INTEGER, "fCOUNTIFS(A:A,1)\x1en3"),
    ],
)
def test_canonical_text_of_a_value(value: object, kind: Kind, expected: str) -> None:
    assert canonical(value, kind) == expected


def test_instants_keep_their_microseconds() -> None:
    base = dt.datetime(2026, 3, 14, 23, 59, 59, 999_990, tzinfo=dt.UTC)
    texts = {canonical(base + dt.timedelta(microseconds=each), Kind.INSTANT) for each in range(10)}
    assert len(texts) == 10


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "\tx", "\rx", "\nx", "=cmd|' /C calc'!A0"])
def test_text_that_looks_like_a_formula_is_a_string_marked_to_stay_one(text: str) -> None:
    xml = body(canonical(text, Kind.TEXT), 1, 2)
    assert xml.startswith(' s="2" t="inlineStr"><is><t')
    assert "<f>" not in xml


def test_markup_is_escaped_and_outer_space_kept() -> None:
    assert body("s <b>&", 1, 2) == ' s="1" t="inlineStr"><is><t xml:space="preserve"> &lt;b&gt;&amp;</t></is></c>'


def test_long_text_is_cut_at_the_limit_in_utf16_units_and_nothing_is_lost() -> None:
    text = "a" + "😀" * CELL_LIMIT
    parts = pieces(text)
    assert "".join(parts) == text
    assert all(len(part.encode("utf-16-le")) // 2 <= CELL_LIMIT for part in parts)
    assert pieces("a" * CELL_LIMIT) == ["a" * CELL_LIMIT]


@pytest.mark.parametrize(("column", "expected"), [(1, "A5"), (26, "Z5"), (27, "AA5"), (703, "AAA5")])
def test_address(column: int, expected: str) -> None:
    assert address(5, column) == expected
