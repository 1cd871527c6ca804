"""What proves a sheet: a digest of all its rows, a short one per row, and check sums that find the cell.

Owns the order and the definition; knows neither files nor values, only the canonical texts of ``cells``.

- A row's digest is SHA-256 over its cells' canonical texts joined by U+001F (which no canonical text
  holds), without trailing empty cells. Four bytes of it are kept: they only find the row.
- A sheet's digest is SHA-256 over the full digests of its rows in order, leaving out rows marked volatile. It
  is what proves the sheet.
- For every block of ``BLOCK`` rows and every column, a CRC-32 tells which column of a differing row
  differs.

So a manifest has about eight characters a row; a block is small enough that one changed cell is named alone.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

BLOCK: Final = 32
ROW_BYTES: Final = 4
COLUMN_BYTES: Final = 4
SEPARATOR: Final = "\x1f"


@dataclass(frozen=True)
class SheetDigest:
    """The proof of one sheet. ``rows`` counts every row of the sheet, headings too."""

    width: int
    rows: int
    digest: str
    row_digests: bytes
    column_sums: bytes
    volatile_rows: tuple[int, ...] = ()
    row_bytes: int = ROW_BYTES

    def is_row(self, number: int, digest: bytes) -> bool:
        """Whether row ``number``, counted from 1, has that digest, as far as it is kept."""
        return self.row_digests[(number - 1) * self.row_bytes : number * self.row_bytes] == digest[: self.row_bytes]

    def sums(self, number: int) -> list[bytes]:
        """Per column, the check sum of the block that row ``number`` lies in."""
        start = (number - 1) // BLOCK * self.width * COLUMN_BYTES
        block = self.column_sums[start : start + self.width * COLUMN_BYTES]
        return [block[at : at + COLUMN_BYTES] for at in range(0, len(block), COLUMN_BYTES)]


class DigestBuilder:
    """Takes rows in order, in batches of any size, and makes a ``SheetDigest`` of them."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.count = 0
        self._sheet = hashlib.sha256()
        self._rows = bytearray()
        self._sums = bytearray()
        self._block: list[Sequence[str]] = []
        self._volatile: list[int] = []

    def add(self, rows: Iterable[Sequence[str]], *, volatile: bool = False) -> None:
        """Append rows of exactly ``width`` canonical texts; volatile ones stay out of the sheet's digest."""
        for row in rows:
            self.count += 1
            digest = row_digest(row)
            if volatile:
                self._volatile.append(self.count)
            else:
                self._sheet.update(digest)
            self._rows += digest[:ROW_BYTES]
            self._block.append(row)
            if len(self._block) == BLOCK:
                self._close_block()

    def _close_block(self) -> None:
        for column in zip(*self._block, strict=True):
            self._sums += zlib.crc32(SEPARATOR.join(column).encode("utf-8")).to_bytes(COLUMN_BYTES, "big")
        self._block = []

    def finish(self) -> SheetDigest:
        """The proof of the rows so far; the builder takes no more."""
        if self._block:
            self._close_block()
        return SheetDigest(
            width=self.width,
            rows=self.count,
            digest=self._sheet.hexdigest(),
            row_digests=bytes(self._rows),
            column_sums=bytes(self._sums),
            volatile_rows=tuple(self._volatile),
        )


def row_digest(row: Sequence[str]) -> bytes:
    """SHA-256 of one row of canonical texts."""
    return hashlib.sha256(SEPARATOR.join(row).rstrip(SEPARATOR).encode("utf-8")).digest()


def packed(data: bytes) -> str:
    """Bytes as text for the manifest."""
    return base64.b64encode(data).decode("ascii")


def unpacked(text: str) -> bytes:
    """The inverse of ``packed``. Raises ValueError on anything else."""
    return base64.b64decode(text, validate=True)
