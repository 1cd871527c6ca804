"""The manifest beside a workbook: what it was made from and the digests that prove it.

Owns the JSON's shape, written and read back. Holds no cell's value, so it may be kept where the workbook
may not.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from gapwatch.evidence.digests import BLOCK, COLUMN_BYTES, ROW_BYTES, SheetDigest, packed, unpacked

FORMAT: Final = "gapwatch-evidence/1"


class UnreadableManifestError(ValueError):
    """The manifest is missing or not one of ours; the message says why."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SheetProof(_Frozen):
    """One sheet: rows below the heading, and the proof over all its rows (see ``digests``)."""

    name: str
    rows: int
    columns: tuple[str, ...]
    digest: str
    all_rows: int
    row_digests: str
    column_sums: str
    volatile_rows: tuple[int, ...] = ()

    @classmethod
    def of(cls, name: str, *, rows: int, columns: tuple[str, ...], proof: SheetDigest) -> SheetProof:
        """The entry of a sheet with that proof."""
        return cls(
            name=name,
            rows=rows,
            columns=columns,
            digest=proof.digest,
            all_rows=proof.rows,
            row_digests=packed(proof.row_digests),
            column_sums=packed(proof.column_sums),
            volatile_rows=proof.volatile_rows,
        )

    def proof(self) -> SheetDigest:
        """The proof in this entry. Raises UnreadableManifestError when its parts contradict each other."""
        try:
            rows, sums = unpacked(self.row_digests), unpacked(self.column_sums)
        except ValueError as error:
            raise UnreadableManifestError(f"the digests of sheet {self.name} are damaged") from error
        blocks = -(-self.all_rows // BLOCK)
        if len(rows) != self.all_rows * ROW_BYTES or len(sums) != blocks * len(self.columns) * COLUMN_BYTES:
            raise UnreadableManifestError(f"the digests of sheet {self.name} do not fit its {self.all_rows} rows")
        return SheetDigest(len(self.columns), self.all_rows, self.digest, rows, sums, self.volatile_rows)


class SourceProof(_Frozen):
    """One load."""

    load_id: str
    source: str
    feed: str
    status: str
    sha256: str | None
    rows_read: int | None
    rows_accepted: int | None
    rows_rejected: int | None


class WorkbookFile(_Frozen):
    """The workbook's file as written."""

    name: str
    bytes: int
    sha256: str


class Manifest(_Frozen):
    """Everything in the manifest. ``export_id`` follows from the sheets' digests alone."""

    format: str
    gapwatch_version: str
    export_id: str
    status: str
    created_at: dt.datetime
    run_id: str
    parameters: dict[str, Any]
    policy_sha256: str
    tie_out_balances: bool
    tie_out_lines: int
    workbook: WorkbookFile
    sources: tuple[SourceProof, ...]
    sql: dict[str, str]
    sheets: tuple[SheetProof, ...]

    def save(self, path: Path) -> None:
        """Write it, in one step that a crash cannot halve."""
        beside = path.with_name(f".{path.name}.part")
        with beside.open("w", encoding="utf-8") as file:
            json.dump(self.model_dump(mode="json"), file, indent=1, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    @classmethod
    def load(cls, path: Path) -> Manifest:
        """The manifest in ``path``. Raises UnreadableManifestError."""
        try:
            manifest = cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise UnreadableManifestError(f"there is no manifest {path.name} beside the workbook") from error
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise UnreadableManifestError(f"{path.name} is not a manifest: {place} {first['msg']}") from error
        if manifest.format != FORMAT:
            raise UnreadableManifestError(f"{path.name} has format {manifest.format}; this version reads {FORMAT}")
        return manifest


def manifest_path(workbook: Path) -> Path:
    """Where the manifest of a workbook lies: ``evidence.xlsx`` has ``evidence.manifest.json``."""
    return workbook.with_suffix(".manifest.json")
