"""The lock: one writer, told at once who holds it, freed by death."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gapwatch.errors import WarehouseBusy
from gapwatch.warehouse.lock import warehouse_lock

HOLDER = """
import sys, time
from pathlib import Path
from gapwatch.warehouse.lock import warehouse_lock
with warehouse_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_process_is_told_who_holds_it(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        holder_named = rf"process {holder.pid}, started 20\d\d-.*\+00:00"
        with pytest.raises(WarehouseBusy, match=holder_named) as raised, warehouse_lock(tmp_path):
            pytest.fail("two hold it")
        assert raised.value.exit_code == 3
    finally:
        holder.kill()
        holder.wait()
        if holder.stdout:
            holder.stdout.close()
    with warehouse_lock(tmp_path):  # a killed holder frees it
        pass


def test_it_nests_in_one_thread_and_is_free_afterwards(tmp_path: Path) -> None:
    with warehouse_lock(tmp_path / "new"):
        with warehouse_lock(tmp_path / "new"):
            pass
        script = f"{HOLDER.split('with')[0]}\nwith warehouse_lock(Path(sys.argv[1])): pass"
        inside = subprocess.run([sys.executable, "-c", script, str(tmp_path / "new")], capture_output=True, check=False)
        assert b"WarehouseBusy" in inside.stderr
        assert str(os.getpid()).encode() in inside.stderr
    after = subprocess.run([sys.executable, "-c", script, str(tmp_path / "new")], capture_output=True, check=False)
    assert after.returncode == 0


def test_another_thread_does_not_nest(tmp_path: Path) -> None:
    busy: list[bool] = []

    def enter() -> None:
        try:
            with warehouse_lock(tmp_path):
                busy.append(False)
        except WarehouseBusy:
            busy.append(True)

    with warehouse_lock(tmp_path):
        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
    assert busy == [True]
    with warehouse_lock(tmp_path):
        pass
