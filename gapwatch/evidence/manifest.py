"""The manifest beside a workbook: what it was made from, the digests that prove it, and who signed it.

Owns the JSON's shape, written and read back; a signature covers all of it but itself. Holds no cell's
value, so it may be kept where the workbook may not.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from gapwatch.evidence.digests import BLOCK, COLUMN_BYTES, ROW_BYTES, SheetDigest, packed, unpacked

FORMAT: Final = "gapwatch-evidence/2"
_ROW_BYTES: Final = {"gapwatch-evidence/1": 8, FORMAT: ROW_BYTES}


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

    def proof(self, *, row_bytes: int = ROW_BYTES) -> SheetDigest:
        """The proof in this entry, with that many bytes of each row's digest.

        Raises UnreadableManifestError when its parts contradict each other.
        """
        try:
            rows, sums = unpacked(self.row_digests), unpacked(self.column_sums)
        except ValueError as error:
            raise UnreadableManifestError(f"the digests of sheet {self.name} are damaged") from error
        blocks = -(-self.all_rows // BLOCK)
        if len(rows) != self.all_rows * row_bytes or len(sums) != blocks * len(self.columns) * COLUMN_BYTES:
            raise UnreadableManifestError(f"the digests of sheet {self.name} do not fit its {self.all_rows} rows")
        return SheetDigest(len(self.columns), self.all_rows, self.digest, rows, sums, self.volatile_rows, row_bytes)


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


class Signature(_Frozen):
    """An Ed25519 signature over the manifest without it; key and value in base64."""

    algorithm: str
    public_key: str
    value: str


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
    signature: Signature | None = None

    def save(self, path: Path, *, sign: Callable[[bytes], Signature] | None = None) -> None:
        """Write it, in one step that a crash cannot halve; ``sign`` is given the bytes that a signature covers."""
        document = self.model_dump(mode="json")
        if sign:
            document["signature"] = sign(signed_bytes(document)).model_dump(mode="json")
        beside = path.with_name(f".{path.name}.part")
        with beside.open("w", encoding="utf-8") as file:
            json.dump(document, file, indent=1, ensure_ascii=False)
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
        if manifest.format not in _ROW_BYTES:
            raise UnreadableManifestError(f"{path.name} has format {manifest.format}; this version reads {FORMAT}")
        return manifest

    def proofs(self) -> list[tuple[SheetProof, SheetDigest]]:
        """Each sheet's entry with its proof. Raises UnreadableManifestError when an entry contradicts itself."""
        return [(sheet, sheet.proof(row_bytes=_ROW_BYTES[self.format])) for sheet in self.sheets]


def signed_bytes(document: Mapping[str, Any]) -> bytes:
    """The bytes of a manifest's JSON that its signature covers: all but the signature, keys in order, no spaces."""
    covered = {key: value for key, value in document.items() if key != "signature"}
    return json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def manifest_path(workbook: Path) -> Path:
    """Where the manifest of a workbook lies: ``evidence.xlsx`` has ``evidence.manifest.json``."""
    return workbook.with_suffix(".manifest.json")
