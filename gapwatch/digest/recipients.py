"""Who gets the digest, for which sites: the recipients file.

Owns the file's rules. Knows nothing of mail or of what a digest says. Called by ``weekly``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from gapwatch.errors import ConfigurationError

_COLUMNS = ("email", "name", "site", "attach")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_DO = "write one row per recipient and site under the header email,name,site,attach; an empty site means everything"


@dataclass(frozen=True)
class Recipient:
    """One person's subscription. ``sites`` empty: the whole organisation. ``email`` empty: files only. ``attach``: with
    the rows as a workbook.
    """

    email: str
    name: str
    sites: tuple[str, ...] = ()
    attach: bool = False

    @property
    def key(self) -> str:
        """What makes two rows the same recipient."""
        return self.email.lower() or self.name


EVERYONE = Recipient(email="", name="everyone")


def read_recipients(path: Path, *, known_sites: Collection[str]) -> tuple[Recipient, ...]:
    """The recipients of that CSV file in the order of their first row; rows of one address are one recipient.

    An empty ``site`` in any of a recipient's rows means everything; ``xlsx`` under ``attach`` in any of them asks for
    the workbook. Raises ConfigurationError with file, row
    and column for a missing file or column, a malformed address, a site outside ``known_sites``, another
    word under attach, or no recipient at all.
    """
    found: dict[str, Recipient] = {}
    everything: set[str] = set()
    for row_number, row in _rows(path):
        email = row["email"]
        if not _ADDRESS.fullmatch(email):
            raise _problem(path, row_number, "email", "is empty" if not email else "is no e-mail address")
        site = row["site"]
        if site and site not in known_sites:
            raise _problem(path, row_number, "site", f"{site!r} is no site of the published data")
        if any(ord(character) < 32 for character in row["name"]):
            raise _problem(path, row_number, "name", "holds a control character")
        if row["attach"].lower() not in ("", "xlsx"):
            raise _problem(path, row_number, "attach", f"{row['attach']!r} is neither xlsx nor empty")
        so_far = found.setdefault(email.lower(), Recipient(email=email, name=row["name"]))
        if not site:
            everything.add(so_far.key)
        sites = so_far.sites if not site or site in so_far.sites else (*so_far.sites, site)
        wants = so_far.attach or bool(row["attach"])
        found[so_far.key] = replace(so_far, sites=sites, name=so_far.name or row["name"], attach=wants)
    if not found:
        raise ConfigurationError(f"{path.name} names no recipient", where=str(path), do=_DO)
    return tuple(
        replace(recipient, sites=() if key in everything else recipient.sites) for key, recipient in found.items()
    )


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    if not path.is_file():
        raise ConfigurationError(
            "the recipients file is not there",
            where=str(path),
            do="make it, or correct recipients in [digest] of gapwatch.toml",
        )
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        what = f"{path.name} is no UTF-8 CSV file: {error}"
        raise ConfigurationError(what, where=str(path), do=_DO) from error
    header = [name.strip().lower() for name in lines[0]] if lines else []
    if "email" not in header:
        raise ConfigurationError(f"{path.name} has no column email", where=f"{path}, row 1", do=_DO)
    for name in header:
        if name not in _COLUMNS or header.count(name) > 1:
            raise ConfigurationError(
                f"{path.name} has {'two columns' if name in _COLUMNS else 'an unknown column'} {name!r}",
                where=f"{path}, row 1",
                do=_DO,
            )
    rows: list[tuple[int, dict[str, str]]] = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header):
            raise _problem(path, number, header[-1], "is followed by a cell without a heading")
        row = dict.fromkeys(_COLUMNS, "")
        row.update(zip(header, (cell.strip() for cell in cells), strict=False))
        rows.append((number, row))
    return rows


def _problem(path: Path, row_number: int, column: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"{path.name}: {column} {what}", where=f"{path}, row {row_number}, column {column}", do=_DO
    )
