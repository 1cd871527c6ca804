"""The same arguments give the same bytes, in this process and in another one."""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gapwatch.errors import ConfigurationError
from gapwatch.shipped import data_folder
from gapwatch.simulate import simulate


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_seed_gives_same_bytes_also_under_another_hash_seed(tmp_path: Path) -> None:
    simulate(tmp_path / "one", workers=60, months=9, seed=11)
    script = (
        "from pathlib import Path; from gapwatch.simulate import simulate; "
        f"simulate(Path({str(tmp_path / 'two')!r}), workers=60, months=9, seed=11)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env={**os.environ, "PYTHONHASHSEED": "4711"})
    one = _digests(tmp_path / "one")
    assert one == _digests(tmp_path / "two")
    assert {"answers.json", "gapwatch.toml", "policy/requirements.csv", "feeds/lms/courses.parquet"} <= set(one)


def test_the_shipped_sample_is_what_the_simulation_writes(tmp_path: Path) -> None:
    simulate(tmp_path, workers=1500, months=18, seed=7)
    shipped = data_folder() / "sample"
    names = [path.relative_to(tmp_path) for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    assert names == [path.relative_to(shipped) for path in sorted(shipped.rglob("*")) if path.is_file()]
    for name in names:
        # What another version of a packer or of Parquet's writer makes of the same rows may differ in its bytes.
        if name.suffix == ".gz":
            assert gzip.decompress((shipped / name).read_bytes()) == gzip.decompress((tmp_path / name).read_bytes())
        elif name.suffix == ".parquet":
            assert pq.read_table(shipped / name).equals(pq.read_table(tmp_path / name))
        else:
            assert (shipped / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_another_seed_gives_another_company(tmp_path: Path) -> None:
    simulate(tmp_path / "one", workers=40, months=6, seed=1)
    simulate(tmp_path / "two", workers=40, months=6, seed=2)
    one, two = _digests(tmp_path / "one"), _digests(tmp_path / "two")
    assert one["feeds/workers.csv"] != two["feeds/workers.csv"]
    assert one["feeds/sites.csv"] == two["feeds/sites.csv"]


def test_smallest_company_can_be_played(tmp_path: Path) -> None:
    simulate(tmp_path, workers=20, months=3, seed=1)
    assert len((tmp_path / "feeds" / "workers.csv").read_text(encoding="utf-8").splitlines()) > 15


@pytest.mark.parametrize(("workers", "months"), [(19, 12), (50, 2), (50, 121)])
def test_sizes_that_cannot_be_played_are_refused(tmp_path: Path, workers: int, months: int) -> None:
    with pytest.raises(ConfigurationError, match="cannot simulate"):
        simulate(tmp_path, workers=workers, months=months, seed=1)
    assert list(tmp_path.iterdir()) == []
