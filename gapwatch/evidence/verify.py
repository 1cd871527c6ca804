"""Checks a workbook against the manifest beside it: offline, from the two files alone.

Owns the comparison and how differences are named. Reads no warehouse and needs no spreadsheet library.
Called by ``gapwatch verify``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gapwatch.evidence.archive import file_digest
from gapwatch.evidence.cells import letters, padded
from gapwatch.evidence.digests import BLOCK, DigestBuilder, SheetDigest, row_digest
from gapwatch.evidence.export_id import export_id
from gapwatch.evidence.manifest import Manifest, SheetProof, UnreadableManifestError, manifest_path
from gapwatch.evidence.reading import UnreadableWorkbookError, WorkbookCells

MOST: Final = 1000  # differences named per sheet; the rest are counted


@dataclass(frozen=True)
class Difference:
    """One thing that is not as exported.

    ``sheet`` is empty for the file as a whole; ``row`` is counted from 1, the heading included; ``column``
    is its heading. None where the difference is not that narrow.
    """

    sheet: str
    row: int | None
    column: str | None
    what: str
    cell: str | None = None

    def __str__(self) -> str:
        place = [f"sheet {self.sheet}"] if self.sheet else ["file"]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column {self.column}")
        if self.cell is not None:
            place.append(f"cell {self.cell}")
        return f"{', '.join(place)}: {self.what}"


@dataclass(frozen=True)
class Examined:
    """What was found: differences (none: intact), and a remark about the signature, empty when there is none."""

    differences: list[Difference]
    remark: str = ""


def verify(path: Path) -> list[Difference]:
    """What differs between the workbook ``path`` and its manifest; empty when it is intact.

    A missing or unreadable file is a difference too, not an error. A workbook saved again by a spreadsheet
    program without a change differs as a file, and the message says that every cell is as exported.
    """
    return examine(path).differences


def examine(path: Path, *, signed_by: str | None = None) -> Examined:
    """As ``verify``, with the signature; ``signed_by`` is the public key (base64) it must be of.

    Raises SigningUnavailable when a key is asked for and no library can check it.
    """
    try:
        manifest = Manifest.load(manifest_path(path))
        proofs = manifest.proofs()
    except UnreadableManifestError as error:
        return Examined([Difference("", None, None, str(error))])
    found, remark = _signature(manifest, path, signed_by)
    if not path.is_file():
        return Examined([*found, Difference("", None, None, f"there is no workbook {path.name}")], remark)
    found += _manifest_differences(manifest)
    try:
        with WorkbookCells(path) as cells:
            found += _sheet_differences([sheet.name for sheet in manifest.sheets], list(cells.sheets))
            for sheet, proof in proofs:
                if sheet.name in cells.sheets:
                    found += _cell_differences(sheet, proof, cells)
    except UnreadableWorkbookError as error:
        found.append(Difference("", None, None, str(error)))
    if not found and file_digest(path) != manifest.workbook.sha256:
        found.append(
            Difference(
                "",
                None,
                None,
                "the file was changed or saved again after the export, though every cell is as exported "
                "(formats, hidden rows or properties may differ)",
            )
        )
    return Examined(found, remark)


def _signature(manifest: Manifest, path: Path, signed_by: str | None) -> tuple[list[Difference], str]:
    from gapwatch.evidence.signing import SigningUnavailable, fingerprint, is_signed

    signature = manifest.signature
    if signature is None:
        return ([Difference("", None, None, "the manifest is not signed")] if signed_by else []), ""
    try:
        fits = is_signed(manifest_path(path).read_bytes())
    except SigningUnavailable as error:
        if signed_by:
            raise
        return [], f"the signature was not checked: {error}"
    if not fits:
        return [Difference("", None, None, "the signature does not fit: the manifest was changed after signing")], ""
    if signed_by and signature.public_key != signed_by:
        what = f"the manifest is signed by another key (fingerprint {fingerprint(signature.public_key)})"
        return [Difference("", None, None, what)], ""
    if signed_by:
        return [], "signed by the key given"
    return [], (
        f"signed by the key with fingerprint {fingerprint(signature.public_key)}; "
        "whose key that is, only --signed-by can tell"
    )


def _manifest_differences(manifest: Manifest) -> list[Difference]:
    if export_id({sheet.name: sheet.digest for sheet in manifest.sheets}) == manifest.export_id:
        return []
    return [Difference("", None, None, "the manifest's export ID does not follow from its digests: it was changed")]


def _sheet_differences(expected: list[str], present: list[str]) -> list[Difference]:
    found = [Difference(name, None, None, "the sheet is missing") for name in expected if name not in present]
    found += [Difference(name, None, None, "the sheet was added") for name in present if name not in expected]
    if not found and expected != present:
        found.append(Difference("", None, None, "the sheets stand in another order"))
    return found


def _cell_differences(sheet: SheetProof, proof: SheetDigest, cells: WorkbookCells) -> list[Difference]:
    scan = _Scan(sheet, proof)
    try:
        for row in cells.rows(sheet.name):
            scan.add(row)
    except UnreadableWorkbookError as error:
        scan.note(scan.count + 1, str(error))
    return scan.finish()


class _Scan:
    """One sheet, compared row by row while it is read; a block of rows is kept to find the column."""

    def __init__(self, sheet: SheetProof, proof: SheetDigest) -> None:
        self._sheet, self._proof = sheet, proof
        self._block: list[list[str]] = []
        self._differing: list[int] = []
        self._found: list[Difference] = []
        self._more = 0
        self._whole = DigestBuilder(proof.width)
        self.count = 0

    def add(self, row: list[str]) -> None:
        """The next row of the workbook."""
        self.count += 1
        if self.count > self._proof.rows:
            if any(row):
                self.note(self.count, "the row was added")
            return
        extra = [at for at in range(self._proof.width, len(row)) if row[at]]
        for at in extra:
            self.note(self.count, "a cell was added outside the table", column=at + 1)
        kept = padded(row, self._proof.width)
        self._whole.add([kept], volatile=self.count in self._proof.volatile_rows)
        if not self._proof.is_row(self.count, row_digest(kept)):
            self._differing.append(self.count)
        self._block.append(kept)
        if len(self._block) == BLOCK:
            self._close_block()

    def _close_block(self) -> None:
        if self._differing:
            mine = DigestBuilder(self._proof.width)
            mine.add(self._block)
            stored, present = self._proof.sums(self._differing[0]), mine.finish().sums(1)
            columns = [at + 1 for at, (one, other) in enumerate(zip(stored, present, strict=True)) if one != other]
            for number in self._differing:
                if len(columns) == 1 or (len(self._differing) == 1 and columns):
                    for column in columns:
                        self.note(number, "the cell is not as exported", column=column)
                else:
                    names = ", ".join(self._name(column) for column in columns) or "its cells"
                    self.note(number, f"the row is not as exported; cells differ in: {names}")
        self._block, self._differing = [], []

    def note(self, row: int, what: str, *, column: int | None = None) -> None:
        """Keep a difference, or only count it when there are many."""
        if len(self._found) >= MOST:
            self._more += 1
            return
        self._found.append(
            Difference(
                self._sheet.name,
                row,
                self._name(column) if column else None,
                what,
                f"{letters(column)}{row}" if column else None,
            )
        )

    def _name(self, column: int) -> str:
        return self._sheet.columns[column - 1] if column <= len(self._sheet.columns) else letters(column)

    def finish(self) -> list[Difference]:
        """All differences of the sheet."""
        if self._block:
            self._close_block()
        missing = self._proof.rows - self.count
        if missing > 0:
            self.note(self.count + 1, f"{missing:,} rows are missing from here on")
        elif not self._found and self._whole.finish().digest != self._proof.digest:
            self.note(1, "the sheet's digest differs: the manifest was changed")
        if self._more:
            self._found.append(
                Difference(self._sheet.name, None, None, f"{self._more:,} more differences are not listed")
            )
        return self._found
