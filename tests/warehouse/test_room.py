"""A full disk is known in whichever library it is met, and nothing else is taken for one."""

from __future__ import annotations

import errno
from pathlib import Path

import duckdb
import pytest

from gapwatch.errors import ModelError, NothingPublished
from gapwatch.warehouse.room import room_needed


def fail(error: Exception) -> None:
    with room_needed(Path("warehouse")):
        raise error


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EFBIG, "Error writing bytes to file"),
        duckdb.TransactionException('Failed to commit: Could not write file "x.wal": File too large'),
        ModelError("model gaps failed: IO Error: Could not write file: No space left on device"),
    ],
)
def test_a_full_disk_is_told_as_such(error: Exception) -> None:
    with pytest.raises(NothingPublished, match="the disk has room") as raised:
        fail(error)
    assert raised.value.exit_code == 3


def test_another_error_stays_what_it_is() -> None:
    with pytest.raises(PermissionError):
        fail(PermissionError(errno.EACCES, "Permission denied"))
    with pytest.raises(ModelError):
        fail(ModelError("model gaps failed: Binder Error"))
