"""Valid files of every format, damaged from a seed: each load must end in whole accounts or a clear error.

    PYTHONPATH=tests python -m loaders.damage --files 2000 --first-seed 1

Bytes flipped, set to NUL, cut out, doubled or cut off; cells emptied, exchanged, of another type; columns swapped or
dropped; lines doubled or torn. What the loader may do with it: take it with read = accepted + rejected and every reject
kept, or raise a GapwatchError that names the file. Anything else is printed with its seed and ends in exit code 1.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import datetime as dt
import gzip
import io
import json
import random
import sys
import tempfile
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from gapwatch.config import Settings, Source, Warehouse
from gapwatch.errors import GapwatchError
from gapwatch.loaders import LoadRecord, load_source
from gapwatch.warehouse.landing import REJECTS, ROWS, load_folder

Table = list[list[str]]

_LOADED_AT: Final = dt.datetime(2026, 3, 2, 6, tzinfo=dt.UTC)
_ROWS: Final = 40
_CELLS: Final = (
    "", " ", "\0", "0", "-1", "NaN", "null", "03/04/2026", "2026-02-30", "9999-12-31", "2026-13-01T25:00:00Z", "true",
    '"', "a,b", "1e308", "=1+1", "é", "\ufeff", "x" * 5000, "2026-01-05T08:00:00+25:00", "'; drop table x",
)  # fmt: skip


def table(random_: random.Random) -> tuple[str, Table]:
    """A feed's name and valid rows of it, the header first."""
    feed = random_.choice(("role_history", "lms_completions", "workers"))
    if feed == "workers":
        rows = [[f"{n:04d}", f"Name, {n}", f"w{n}@example.com", "2024-01-05"] for n in range(_ROWS)]
        return feed, [["worker_id", "full_name", "email", "hired_on"], *rows]
    if feed == "lms_completions":
        header = ["completion_id", "account_id", "course_id", "completed_at", "result", "expires_at", "note"]
        rows = [
            [f"C{n}", f"A{n % 9}", "BLS", f"2025-0{1 + n % 9}-05T08:00:00Z", "passed", "2027-01-01", "line\nbreak"]
            for n in range(_ROWS)
        ]
        return feed, [header, *rows]
    header = ["worker_id", "effective_from", "effective_to", "status", "job_code", "site"]
    rows = [[f"{n % 7:04d}", f"2025-0{1 + n % 9}-01", "9999-12-31", "active", "RN", "BAY1"] for n in range(_ROWS)]
    return feed, [header, *rows]


def damage_table(rows: Table, random_: random.Random) -> None:
    """Change the table in place, as people and exports do."""
    for _ in range(random_.randint(0, 3)):
        kind = random_.randrange(7)
        row, column = random_.randrange(len(rows)), random_.randrange(len(rows[0]))
        if kind <= 2 and column < len(rows[row]):
            rows[row][column] = random_.choice(_CELLS)
        elif kind == 3:
            for each in rows:
                if column < len(each):
                    each[0], each[column] = each[column], each[0]
        elif kind == 4:
            for each in rows[random_.randrange(2) :]:
                del each[column : column + 1]
        elif kind == 5:
            rows.insert(row, list(rows[random_.randrange(len(rows))]))
        else:
            rows[row] = rows[row] + [random_.choice(_CELLS)] * random_.randint(1, 3)
        if not all(rows):
            return


def damage_bytes(content: bytes, random_: random.Random) -> bytes:
    """Change the bytes, as disks and transfers do."""
    damaged = bytearray(content)
    for _ in range(random_.randint(0, 4)):
        if not damaged:
            break
        kind, at = random_.randrange(6), random_.randrange(len(damaged))
        length = random_.randint(1, 40)
        if kind <= 1:
            damaged[at] ^= 1 << random_.randrange(8)
        elif kind == 2:
            damaged[at] = random_.choice(b'\0\n\r",;\t\xff{}[]<>&')
        elif kind == 3:
            del damaged[at : at + length]
        elif kind == 4:
            damaged[at:at] = damaged[at : at + length]
        elif random_.random() < 0.3:
            del damaged[at:]
    return bytes(damaged)


def as_csv(rows: Table, random_: random.Random) -> bytes:
    """CSV in some dialect and encoding."""
    target = io.StringIO()
    writer = csv.writer(
        target,
        delimiter=random_.choice(",;\t|"),
        lineterminator=random_.choice(["\n", "\r\n"]),
        quoting=random_.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    )
    writer.writerows(rows)
    return target.getvalue().encode(random_.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16"]), "replace")


def as_json(rows: Table, random_: random.Random) -> bytes:
    """An array, or one record a line."""
    records = [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]
    if random_.random() < 0.5:
        return json.dumps(records, indent=random_.choice([None, 1])).encode()
    return "\n".join(json.dumps(record) for record in records).encode()


def as_xml(rows: Table, _: random.Random) -> bytes:
    """A roster."""
    from lxml import etree

    root = etree.Element("roster")
    for row in rows[1:]:
        record = etree.SubElement(root, "row")
        for name, value in zip(rows[0], row, strict=False):
            cell = etree.SubElement(record, _tag(name))
            cell.text = "".join(letter for letter in value if letter >= " " or letter == "\n")
    return bytes(etree.tostring(root))


def as_xlsx(rows: Table, _: random.Random) -> bytes:
    """A workbook of one sheet."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(["".join(letter for letter in value if letter >= " ") for value in row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def as_parquet(rows: Table, _: random.Random) -> bytes:
    """Every column a text."""
    width = len(rows[0])
    full = [[*row, *[""] * width][:width] for row in rows[1:]]
    names = [f"{name}{place}" if name in rows[0][:place] else name for place, name in enumerate(rows[0])]
    target = io.BytesIO()
    columns = [pa.array([row[place] for row in full], pa.string()) for place in range(width)]
    pq.write_table(pa.Table.from_arrays(columns, names=names), target)
    return target.getvalue()


def packed_csv(rows: Table, random_: random.Random) -> bytes:
    """CSV for an archive, which may well be damaged before it is packed."""
    content = as_csv(rows, random_)
    return damage_bytes(content, random_) if random_.random() < 0.5 else content


def zipped(content: bytes) -> bytes:
    """The same in an archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo("feed.csv"), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


FORMATS: Final[dict[str, Callable[[Table, random.Random], bytes]]] = {
    "feed.csv": as_csv,
    "feed.json": as_json,
    "feed.xml": as_xml,
    "feed.xlsx": as_xlsx,
    "feed.parquet": as_parquet,
    "feed.csv.gz": lambda rows, random_: gzip.compress(packed_csv(rows, random_), mtime=0),
    "feed.csv.bz2": lambda rows, random_: bz2.compress(packed_csv(rows, random_)),
    "feed.zip": lambda rows, random_: zipped(packed_csv(rows, random_)),
}


_TEXTS: Final = ("feed.csv", "feed.json", "feed.xml")


def damaged_file(seed: int) -> tuple[str, str, bytes]:
    """Feed, file name and content of the damaged file of that seed."""
    random_ = random.Random(seed)
    name = random_.choice([*FORMATS, "feed.csv", "feed.csv", "feed.json", "feed.xml"])
    feed, rows = table(random_)
    if random_.random() < 0.7:
        damage_table(rows, random_)
    content = FORMATS[name](rows, random_) if rows and all(rows) else b""
    if name not in _TEXTS and random_.random() < 0.6:
        return feed, name, content  # one wrong byte makes most packed files unreadable as a whole
    return feed, name, damage_bytes(content, random_)


def settings_of(feed: str, seed: int) -> dict[str, Any]:
    """How the source of that seed is described, beside its file."""
    random_ = random.Random(-seed)
    given: dict[str, Any] = {}
    if random_.random() < 0.3:
        given["mode"] = random_.choice(["delta", "snapshot", "event"] if feed == "role_history" else ["delta"])
    if random_.random() < 0.3:
        given["date_format"] = random_.choice(["%m/%d/%Y", ("%d.%m.%Y", "epoch_s")])
    if random_.random() < 0.3:
        key = {"lms_completions": "completion_id"}.get(feed, "worker_id")
        given["columns"] = {key: f"upper({key}) || substr({key}, 2)"}
    if random_.random() < 0.3:
        given["values"] = {"status": {"active": "leave"}} if feed == "role_history" else {}
        given["timezone"] = "America/New_York"
    return given


def load_damaged(seed: int, folder: Path) -> str:
    """What became of the file of that seed: ``accepted``, ``rejected`` (some rows) or ``refused``.

    Raises AssertionError when the account is not whole or an error is not clear; lets any other error pass.
    """
    feed, name, content = damaged_file(seed)
    (folder / name).write_bytes(content)
    settings = Settings(folder=folder, warehouse=Warehouse(path=folder / "warehouse"))
    refused: GapwatchError | None = None
    try:
        source = Source(name="s", feed=feed, path=name, **settings_of(feed, seed))
        records = load_source(settings, source, loaded_at=_LOADED_AT)
    except GapwatchError as error:
        refused = error
    if refused is not None:
        assert refused.exit_code in (2, 3), f"exit code {refused.exit_code}"
        assert name in str(refused), "the error does not name the file"
        assert refused.do, "the error does not say what to do"
        assert not list((folder / "warehouse" / "landing").iterdir()), "a refused load left something"
        return "refused"
    for record in records:
        _check_account(folder / "warehouse", record)
    return "rejected" if any(record.rows_rejected for record in records) else "accepted"


def _check_account(warehouse: Path, record: LoadRecord) -> None:
    landed = load_folder(warehouse, record.load_id)
    rows = pq.read_table(landed / ROWS, columns=["row_number"])["row_number"].to_pylist()
    rejects = pq.read_table(landed / REJECTS)
    assert record.rows_read == record.rows_accepted + record.rows_rejected, f"{record.rows_read} rows read"
    assert (record.rows_accepted, record.rows_rejected) == (len(rows), len(rejects)), "other rows are kept"
    assert all(rejects["reason"].to_pylist()), "a reject without a reason"
    numbers = rows + rejects["row_number"].to_pylist()
    assert len(numbers) == len(set(numbers)), "a row in two places"


def _tag(name: str) -> str:
    clean = "".join(letter for letter in name if letter.isascii() and (letter.isalnum() or letter == "_"))
    return f"x{clean}" if clean != name or not clean[:1].isalpha() else name


def main() -> int:
    """Load damaged files, and say what became of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--first-seed", type=int, default=1)
    given = parser.parse_args()
    seen: Counter[str] = Counter()
    for seed in range(given.first_seed, given.first_seed + given.files):
        with tempfile.TemporaryDirectory() as folder:
            try:
                seen[load_damaged(seed, Path(folder))] += 1
            except Exception:
                seen["FAILED"] += 1
                sys.stdout.write(f"seed {seed} ({damaged_file(seed)[:2]}):\n{traceback.format_exc(limit=-4)}\n")
                sys.stdout.flush()
    sys.stdout.write(
        f"{given.files:,} damaged files: {', '.join(f'{n:,} {what}' for what, n in sorted(seen.items()))}\n"
    )
    return 1 if seen["FAILED"] else 0


if __name__ == "__main__":
    sys.exit(main())
