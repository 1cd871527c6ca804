"""A service behind TLS: whose certificate is trusted, and what is said when it is not."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .conftest import Place
from .http_service import HttpService


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 that signed itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[HttpService]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with HttpService(tls=context) as running:
        yield running


def source(service: HttpService) -> str:
    return (
        f'[[sources]]\nname = "hr"\nfeed = "workers"\npath = "{service.url}/link"\ncolumns = {{ worker_id = "id" }}\n'
        '[sources.rest]\nbackoff_seconds = 0.01\nattempts = 2\npaging = { type = "link_header" }\n'
        'auth = { type = "bearer", token_env = "PEER_SECRET" }\n'
    )


def test_an_untrusted_certificate_is_refused_at_once(place: Place, secure: HttpService) -> None:
    answer = place.load(source(secure))
    assert answer.code == 3
    assert "the service's certificate is not trusted" in answer.err
    assert "SSL_CERT_FILE" in answer.err
    assert secure.asked == []


def test_an_authority_of_ones_own(
    place: Place, secure: HttpService, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    answer = place.load(source(secure))
    assert answer.code == 0, answer.err
    assert len(place.rows()) == 7
    assert secure.asked[0].headers["authorization"].startswith("Bearer ")


def test_a_next_link_that_forgets_the_s(
    place: Place, secure: HttpService, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    plain = secure.url.replace("https://", "http://")
    secure.answers["/link"] = lambda _: (200, {"Link": f'<{plain}/more?at=1>; rel="next"'}, [{"id": "E1"}])
    secure.answers["/more"] = lambda _: (200, {}, [{"id": "E2"}])
    answer = place.load(source(secure))
    assert answer.code == 0, answer.err
    assert [row["worker_id"] for row in place.rows()] == ["E1", "E2"]
