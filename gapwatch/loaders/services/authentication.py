"""How a service is told who asks: basic, bearer, API key, OAuth2 client credentials.

Owns the reading of secrets from the environment and their way into a request, and no other: what a caller
holds (an address, parameters, a cursor) never has one in it. Called by ``gapwatch.loaders.services.client``.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator

import httpx2

from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.service_settings import Auth

_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})


class TokenUnavailable(Exception):
    """The token service cannot answer now; ``response`` is what it said."""

    def __init__(self, response: httpx2.Response) -> None:
        super().__init__(f"the token service answered {response.status_code}")
        self.response = response


def secret(name: str, *, where: str) -> str:
    """The value of an environment variable. Raises ConfigurationError when it is not set."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ConfigurationError(
            f"the environment variable {name} is not set", where=where, do=f"set {name} where gapwatch runs"
        )
    return value


def authentication(auth: Auth, *, where: str) -> httpx2.Auth:
    """What signs the requests to a service. Raises ConfigurationError when a variable is not set."""
    if auth.type == "basic":
        user = auth.user if auth.user is not None else secret(auth.user_env or "", where=where)
        return httpx2.BasicAuth(user, secret(auth.password_env, where=where) if auth.password_env else "")
    if auth.type == "bearer":
        variable = auth.token_env or ""
        return _Header("Authorization", f"Bearer {secret(variable, where=where)}", variable=variable, where=where)
    if auth.type == "api_key":
        variable = auth.key_env or ""
        key = secret(variable, where=where)
        if auth.header:
            return _Header(auth.header, auth.prefix + key, variable=variable, where=where)
        return _Parameter(auth.parameter or "", key)
    if auth.type == "oauth2":
        return ClientCredentials(auth, where=where)
    return httpx2.Auth()


class _Header(httpx2.Auth):
    def __init__(self, name: str, value: str, *, variable: str, where: str) -> None:
        if not (value.isascii() and value.isprintable()):
            raise ConfigurationError(
                f"the value of {variable} has characters that no header can carry",
                where=where,
                do=f"set {variable} to the secret alone, in one line",
            )
        self._name, self._value = name, value

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        request.headers[self._name] = self._value
        yield request


class _Parameter(httpx2.Auth):
    def __init__(self, name: str, value: str) -> None:
        self._name, self._value = name, value

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        request.url = request.url.copy_set_param(self._name, self._value)
        yield request


class ClientCredentials(httpx2.Auth):
    """OAuth2 client credentials (RFC 6749, section 4.4): a token is asked for when there is none, shortly
    before it expires, and once more when the service no longer takes it.
    """

    def __init__(self, auth: Auth, *, where: str) -> None:
        self._auth, self._where = auth, where
        self._id = auth.client_id if auth.client_id is not None else secret(auth.client_id_env or "", where=where)
        self._secret = secret(auth.client_secret_env or "", where=where)
        self._token: str | None = None
        self._expires = 0.0

    def sync_auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """The requests to send, one after the other. Raises LoadError when the client is refused,
        TokenUnavailable when the token service should be asked again.
        """
        if self._token is None or time.monotonic() >= self._expires:
            yield from self._renew()
        request.headers["Authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == httpx2.codes.UNAUTHORIZED:
            yield from self._renew()
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _renew(self) -> Generator[httpx2.Request, httpx2.Response, None]:
        form = {"grant_type": "client_credentials"}
        if self._auth.scope is not None:
            form["scope"] = self._auth.scope
        if self._auth.client_in == "body":
            form |= {"client_id": self._id, "client_secret": self._secret}
        asked = httpx2.Request("POST", self._auth.token_url or "", data=form, headers={"Accept": "application/json"})
        if self._auth.client_in == "header":
            asked = next(httpx2.BasicAuth(self._id, self._secret).auth_flow(asked))
        response = yield asked
        response.read()
        if response.status_code in _RETRIED:
            raise TokenUnavailable(response)
        try:
            answer = json.loads(response.content) if response.is_success else {}
            token, lasts = answer.get("access_token"), float(answer.get("expires_in") or 3600)
        except (ValueError, TypeError, AttributeError):
            token, lasts = None, 0.0
        if not isinstance(token, str) or not token:
            raise LoadError(
                f"the token service gave no token (status {response.status_code})",
                where=self._where,
                do=f"check auth.token_url, the client id, scope and the secret in {self._auth.client_secret_env}",
            )
        self._token = token
        self._expires = time.monotonic() + lasts - min(30.0, lasts / 10)
