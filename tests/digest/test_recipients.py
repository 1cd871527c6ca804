"""The recipients file: who gets what, and errors that name file, row and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from gapwatch.digest.recipients import Recipient, read_recipients
from gapwatch.errors import ConfigurationError

SITES = {"BAY1", "HOU1"}


def recipients_of(folder: Path, text: str) -> tuple[Recipient, ...]:
    """What the file with that text says."""
    path = folder / "recipients.csv"
    path.write_text(text, encoding="utf-8")
    return read_recipients(path, known_sites=SITES)


def test_rows_of_one_address_are_one_recipient(tmp_path: Path) -> None:
    found = recipients_of(
        tmp_path,
        "\ufeffEmail,Name,Site\r\nmeg@example.com,Meg,BAY1\r\n\r\nhal@example.com,Hal,HOU1\r\nMEG@example.com,,HOU1\r\n"
        "meg@example.com,,BAY1\r\n",
    )
    assert found == (
        Recipient("meg@example.com", "Meg", ("BAY1", "HOU1")),
        Recipient("hal@example.com", "Hal", ("HOU1",)),
    )


@pytest.mark.parametrize("rows", ["a@b.co,A,BAY1\na@b.co,A,\n", "a@b.co,A,\na@b.co,A,BAY1\n"])
def test_empty_site_means_everything_wherever_it_stands(tmp_path: Path, rows: str) -> None:
    assert recipients_of(tmp_path, f"email,name,site\n{rows}") == (Recipient("a@b.co", "A", ()),)


def test_columns_but_the_address_may_be_missing(tmp_path: Path) -> None:
    assert recipients_of(tmp_path, "email\na@b.co\n") == (Recipient("a@b.co", ""),)


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        (
            "email,name,site\na@b.co,A,BAY1\nnobody,B,BAY1\n",
            "email is no e-mail address",
            "row 3, column email",
        ),
        ("email,name,site\n,A,BAY1\n", "email is empty", "row 2, column email"),
        ("email,name,site\na@b.co,A,BAY9\n", "site 'BAY9' is no site", "row 2, column site"),
        ('email,name,site\na@b.co,"A\nBcc: x@y.z",\n', "control character", "row 2, column name"),
        ("email,name,site\na@b.co,A,BAY1,more\n", "cell without a heading", "row 2, column site"),
        ("name,site\nA,BAY1\n", "no column email", "row 1"),
        ("email,sites\na@b.co,BAY1\n", "unknown column 'sites'", "row 1"),
        ("email,email\na@b.co,a@b.co\n", "two columns 'email'", "row 1"),
        ("email,name,site\n", "names no recipient", "recipients.csv"),
        ("", "no column email", "row 1"),
    ],
)
def test_errors_say_what_and_where(tmp_path: Path, text: str, what: str, where: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        recipients_of(tmp_path, text)
    assert what in caught.value.what
    assert caught.value.where.endswith(where)
    assert str(tmp_path) in caught.value.where
    assert caught.value.do


def test_missing_file_and_wrong_encoding(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="not there"):
        read_recipients(tmp_path / "none.csv", known_sites=SITES)
    path = tmp_path / "latin.csv"
    path.write_bytes("email,name\na@b.co,Zoë\n".encode("latin-1"))
    with pytest.raises(ConfigurationError, match="no UTF-8 CSV"):
        read_recipients(path, known_sites=SITES)
