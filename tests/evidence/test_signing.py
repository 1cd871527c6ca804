"""Signed manifests, where a key may lie, what --final refuses, and the export log."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import duckdb
import pytest
from command import gapwatch
from evidence.small_generation import make_small_generation

from gapwatch.errors import ConfigurationError
from gapwatch.evidence import EvidenceSummary, NotFinal, write_evidence
from gapwatch.evidence.exports import read_exports
from gapwatch.evidence.signing import FILE_VARIABLE, KEY_VARIABLE, generate_key, public_key, signing_key
from gapwatch.evidence.verify import examine, verify
from gapwatch.reads import Reader


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "signing.pem"
    generate_key(path)
    return path


@pytest.fixture(scope="module")
def signed(warehouse: Path, key_file: Path, tmp_path_factory: pytest.TempPathFactory) -> EvidenceSummary:
    with Reader.open(warehouse) as reader:
        return write_evidence(reader, tmp_path_factory.mktemp("signed") / "e.xlsx", key=signing_key(key_file))


def test_a_signed_export_verifies_and_names_its_key(signed: EvidenceSummary, key_file: Path) -> None:
    key = signing_key(key_file)
    assert key is not None
    assert examine(signed.path, signed_by=public_key(key)).remark == "signed by the key given"
    examined = examine(signed.path)
    assert examined.differences == []
    assert "only --signed-by can tell" in examined.remark


@pytest.mark.parametrize("change", ["parameters", "signature", "created_at"])
def test_one_letter_changed_in_a_signed_manifest_is_found(signed: EvidenceSummary, tmp_path: Path, change: str) -> None:
    path = Path(shutil.copy(signed.path, tmp_path))
    manifest = json.loads(signed.manifest_path.read_text(encoding="utf-8"))
    if change == "parameters":
        manifest["parameters"]["organisation"] = "Acme & Song"
    elif change == "signature":
        value = manifest["signature"]["value"]
        manifest["signature"]["value"] = ("B" if value[0] == "A" else "A") + value[1:]
    else:
        manifest["created_at"] = manifest["created_at"].replace("20", "21", 1)
    (tmp_path / "e.manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (difference,) = verify(path)
    assert "signature does not fit" in difference.what


def test_another_key_and_no_signature_are_differences(
    signed: EvidenceSummary, exported: EvidenceSummary, tmp_path: Path
) -> None:
    stranger = generate_key(tmp_path / "other.pem")
    (difference,) = examine(signed.path, signed_by=stranger).differences
    assert "another key" in difference.what
    (difference,) = examine(exported.path, signed_by=stranger).differences
    assert difference.what == "the manifest is not signed"


def test_the_commands_make_show_and_ask_for_a_key(
    signed: EvidenceSummary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = gapwatch("keys", "generate", "--out", str(tmp_path / "k.pem"))
    assert made.code == 0, made.err
    assert stat.S_IMODE((tmp_path / "k.pem").stat().st_mode) == 0o600
    assert "PRIVATE" not in made.out + made.err
    assert gapwatch("keys", "generate", "--out", str(tmp_path / "k.pem")).code == 2
    assert gapwatch("keys", "show", "--key", str(tmp_path / "k.pem")).out == made.out
    assert gapwatch("keys", "show").code == 2
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "k.pem"))
    assert gapwatch("keys", "show").out == made.out
    monkeypatch.setenv(KEY_VARIABLE, "not a key")
    assert gapwatch("keys", "show").code == 2
    monkeypatch.setenv(KEY_VARIABLE, (tmp_path / "k.pem").read_text(encoding="utf-8"))
    assert gapwatch("keys", "show").out == made.out
    (tmp_path / "k.pub").write_text(made.out, encoding="utf-8")
    for stated in (made.out.strip(), str(tmp_path / "k.pub")):
        answer = gapwatch("verify", str(signed.path), "--signed-by", stated)
        assert (answer.code, "another key" in answer.out) == (1, True)
    assert gapwatch("verify", str(signed.path), "--signed-by", "nobody").code == 2


def test_a_key_may_not_lie_in_a_warehouse(warehouse: Path) -> None:
    (warehouse / "landing").mkdir(exist_ok=True)
    with pytest.raises(ConfigurationError, match="may not lie in the warehouse"):
        generate_key(warehouse / "generations" / "k.pem")


def test_final_is_refused_on_a_tie_out_that_does_not_balance_and_writes_nothing(tmp_path: Path) -> None:
    warehouse = make_small_generation(tmp_path / "warehouse")
    with duckdb.connect(str(warehouse / "generations" / "run-1.duckdb")) as connection:
        connection.execute("delete from gaps where gap_id = 'G2'")
    out = tmp_path / "e.xlsx"
    with Reader.open(warehouse) as reader:
        with pytest.raises(NotFinal, match=r"cannot be FINAL: tie-out line \d+ does not balance") as refused:
            write_evidence(reader, out, prepared_by="Ana", reviewed_by="Eva", final=True)
        with pytest.raises(NotFinal, match="the reviewer is the preparer"):
            write_evidence(reader, out, prepared_by="Ana", reviewed_by="ana", final=True)
    assert refused.value.exit_code == 3
    assert not out.exists()
    assert read_exports(warehouse) == []


def test_the_log_says_who_exported_what_and_when(tmp_path: Path) -> None:
    warehouse = make_small_generation(tmp_path / "warehouse")
    with Reader.open(warehouse) as reader:
        one = write_evidence(
            reader,
            tmp_path / "one.xlsx",
            prepared_by="Ana",
            reviewed_by="Eva",
            final=True,
            sites=["DEN1"],
            sample_size=0,
        )
        write_evidence(reader, tmp_path / "two.xlsx")
    first, second = read_exports(warehouse)
    assert (first.export_id, first.status, first.file, first.run_id) == (one.export_id, "FINAL", "one.xlsx", "run-1")
    assert (first.parameters["sites"], first.parameters["prepared_by"], first.workbook_sha256) == (
        ["DEN1"],
        "Ana",
        one.sha256,
    )
    assert first.by
    assert (second.status, second.at > first.at) == ("DRAFT", True)
    (tmp_path / "gapwatch.toml").write_text("", encoding="utf-8")
    shown = gapwatch("exports", "--config", str(tmp_path / "gapwatch.toml"), "--format", "json")
    assert [row["file"] for row in json.loads(shown.out)] == ["two.xlsx", "one.xlsx"]
