"""Ed25519 keys: making one, finding the one to sign with, signing a manifest, and checking a signature.

Owns where a private key may lie: in the environment, or in a file outside every warehouse. Never shows a private
key. ``cryptography`` is imported inside, because only signed exports need it (extra ``signing``).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

from gapwatch.errors import ConfigurationError
from gapwatch.evidence.manifest import Signature, signed_bytes

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_VARIABLE: Final = "GAPWATCH_SIGNING_KEY"
FILE_VARIABLE: Final = "GAPWATCH_SIGNING_KEY_FILE"
ALGORITHM: Final = "Ed25519"
_RAW_BYTES: Final = 32


class SigningUnavailable(ConfigurationError):
    """The library that signs and checks signatures is not installed."""

    def __init__(self) -> None:
        super().__init__("signatures need a library that is not installed", do="pip install 'gapwatch[signing]'")


def generate_key(path: Path) -> str:
    """Write a new private key to ``path`` (PEM, readable by its owner alone); returns the public key in base64.

    Raises ConfigurationError when something is there already or the path lies in a warehouse.
    """
    keys, serialization = _library()
    _outside_warehouse(path)
    key = keys.Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise ConfigurationError(
            "there is a file already; a key is never overwritten", where=str(path), do="choose another name"
        ) from error
    except OSError as error:
        raise ConfigurationError(f"the key cannot be written: {error.strerror}", where=str(path)) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    return public_key(key)


def signing_key(path: Path | None = None) -> Ed25519PrivateKey | None:
    """The private key in ``path``, else of the environment; None when there is none.

    Raises ConfigurationError when it cannot be read, is none, or its file lies in a warehouse.
    """
    if path is None:
        text = os.environ.get(KEY_VARIABLE)
        if text:
            return _private_key(text.encode(), where=KEY_VARIABLE)
        named = os.environ.get(FILE_VARIABLE)
        if not named:
            return None
        path = Path(named)
    _outside_warehouse(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"the signing key cannot be read: {error.strerror}",
            where=str(path),
            do="make one with: gapwatch keys generate --out FILE",
        ) from error
    return _private_key(data, where=str(path))


def public_key(key: Ed25519PrivateKey) -> str:
    """The public half, in base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode("ascii")


def fingerprint(public: str) -> str:
    """Sixteen hexadecimal digits of a public key's SHA-256, to be read out on the telephone."""
    return hashlib.sha256(base64.b64decode(public)).hexdigest()[:16]


def signer(key: Ed25519PrivateKey) -> Callable[[bytes], Signature]:
    """What signs a manifest's bytes with that key."""

    def sign(data: bytes) -> Signature:
        value = base64.b64encode(key.sign(data)).decode("ascii")
        return Signature(algorithm=ALGORITHM, public_key=public_key(key), value=value)

    return sign


def is_signed(manifest: bytes) -> bool:
    """Whether a manifest's text holds a signature that covers the rest of it. Raises SigningUnavailable."""
    keys, _ = _library()
    document: Mapping[str, object] = json.loads(manifest)
    signature = Signature.model_validate(document["signature"])
    if signature.algorithm != ALGORITHM:
        return False
    from cryptography.exceptions import InvalidSignature

    try:
        key = keys.Ed25519PublicKey.from_public_bytes(base64.b64decode(signature.public_key, validate=True))
        key.verify(base64.b64decode(signature.value, validate=True), signed_bytes(document))
    except (InvalidSignature, ValueError):
        return False
    return True


def known_public_key(text: str) -> str:
    """A public key as somebody names it: base64, or a file that holds it. Raises ConfigurationError."""
    path = Path(text)
    stated = path.read_text(encoding="utf-8").strip() if path.is_file() else text.strip()
    if not _raw(stated.encode()):
        raise ConfigurationError(
            "that is no Ed25519 public key", where="--signed-by", do="give what gapwatch keys show prints, or its file"
        )
    return stated


def _private_key(data: bytes, *, where: str) -> Ed25519PrivateKey:
    keys, serialization = _library()
    raw = _raw(data)
    try:
        key = keys.Ed25519PrivateKey.from_private_bytes(raw) if raw else serialization.load_pem_private_key(data, None)
    except (ValueError, TypeError) as error:
        raise _no_key(where) from error
    if not isinstance(key, keys.Ed25519PrivateKey):
        raise _no_key(where)
    found: Ed25519PrivateKey = key
    return found


def _no_key(where: str) -> ConfigurationError:
    return ConfigurationError(
        "that is no Ed25519 private key without a password",
        where=where,
        do="use a key made by: gapwatch keys generate --out FILE",
    )


def _raw(data: bytes) -> bytes | None:
    try:
        raw = base64.b64decode(data.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == _RAW_BYTES else None


def _outside_warehouse(path: Path) -> None:
    for folder in path.absolute().resolve().parents:
        if (folder / "landing").is_dir() and (folder / "generations").is_dir():
            raise ConfigurationError(
                "a signing key may not lie in the warehouse, where the exports' data is",
                where=str(path),
                do="keep it in a folder that only the signer can read",
            )


def _library() -> tuple[ModuleType, ModuleType]:
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        raise SigningUnavailable from error
    return ed25519, serialization
