"""Files in S3, from a server that speaks its protocol on the loopback."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from loaders.conftest import Loading
from moto.server import ThreadedMotoServer

from gapwatch.config import Source
from gapwatch.errors import LoadError
from gapwatch.loaders import remote

CONTENT = b"worker_id,full_name\n007,Ana\n"
SECRET = "not-to-be-shown"  # noqa: S105  # the loopback server takes any


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The bucket ``feeds``, empty; endpoint and keys are in the environment, and nowhere else."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    feeds = boto3.resource("s3").Bucket("feeds")
    feeds.create()
    yield feeds
    feeds.objects.delete()
    feeds.delete()


@pytest.fixture
def loading(tmp_path: Path) -> Loading:
    return Loading(tmp_path)


def test_a_file_is_loaded(loading: Loading, bucket: Any) -> None:
    bucket.put_object(Key="hr/feed.csv", Body=CONTENT)
    rows = loading.load("workers", file="s3://feeds/hr/feed.csv")
    assert [row["worker_id"] for row in rows] == ["007"]
    assert loading.record.address == "s3://feeds/hr/feed.csv"
    loading.load("workers", file="s3://feeds/hr/feed.csv")
    assert loading.record.status == "unchanged"
    bucket.put_object(Key="hr/feed.csv", Body=CONTENT + b"8,Bo\n")
    assert len(loading.load("workers", file="s3://feeds/hr/feed.csv")) == 2


def test_a_pattern_and_an_archive(loading: Loading, bucket: Any) -> None:
    bucket.put_object(Key="hr/b.csv.gz", Body=gzip.compress(CONTENT))
    bucket.put_object(Key="hr/a.csv", Body=CONTENT)
    bucket.put_object(Key="hr/x.txt", Body=CONTENT)
    records = loading.load_each([Source(name="s", feed="workers", path="s3://feeds/hr/*.csv*")])
    assert [record.address for record in records] == ["s3://feeds/hr/a.csv", "s3://feeds/hr/b.csv.gz!b.csv"]


def test_a_big_file_arrives_whole(loading: Loading, bucket: Any) -> None:
    lines = b"".join(b"W%d,name %d\n" % (number, number) for number in range(400_000))
    bucket.put_object(Key="feed.csv", Body=b"worker_id,full_name\n" + lines)
    loading.load("workers", file="s3://feeds/feed.csv")
    assert loading.record.rows_accepted == 400_000


@pytest.mark.parametrize("address", ["s3://feeds/nothing.csv", "s3://feeds/*.csv", "s3://no-such-bucket/feed.csv"])
def test_a_missing_file_is_an_error(loading: Loading, bucket: Any, address: str) -> None:  # noqa: ARG001
    with pytest.raises(LoadError, match="no such file") as raised:
        loading.load("workers", file=address)
    assert address in raised.value.where


def test_no_server_is_an_error_without_secrets(loading: Loading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_ATTEMPTS", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    with pytest.raises(LoadError, match="cannot be read") as raised:
        loading.load("workers", file="s3://feeds/feed.csv")
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None
    assert not list((loading.warehouse / "landing").iterdir())


def test_a_file_that_is_replaced_while_it_is_copied_lands_nothing(
    loading: Loading, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put_object(Key="feed.csv", Body=CONTENT)
    pour = remote._pour

    def disturbed(*streams: Any) -> int:
        received = pour(*streams)
        bucket.put_object(Key="feed.csv", Body=CONTENT.replace(b"007", b"008"))
        return received

    monkeypatch.setattr(remote, "_pour", disturbed)
    with pytest.raises(LoadError, match="changed while it was copied"):
        loading.load("workers", file="s3://feeds/feed.csv")
