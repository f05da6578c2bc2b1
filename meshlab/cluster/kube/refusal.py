"""Sentences for what an API server refuses, or why it cannot be reached."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from meshlab.errors import ApiNotReady, ClusterError, ConnectionLost, CredentialsRefused

HINT = "Is the cluster paused or stopped? `meshlab start` recovers it, `meshlab doctor` looks for the cause."


class Status(msgspec.Struct):
    """What we read of the API's Status."""

    message: str = ""
    reason: str = ""


def check(status: int, body: bytes, what: str) -> None:
    """ClusterError when the status is not a success."""
    if status >= 400:
        said = f"{what} was refused ({status}): {message(body)}"
        raise _kind(status)(said, status=status, hint=_hint(status), parameters={"status": str(status)})


def _kind(status: int) -> type[ClusterError]:
    if status == 401:
        return CredentialsRefused
    return ApiNotReady if status == 429 or status >= 500 else ClusterError


def message(body: bytes) -> str:
    """The API server's own words."""
    try:
        said = msgspec.json.decode(body, type=Status).message
    except (msgspec.DecodeError, msgspec.ValidationError):
        said = " ".join(body.decode(errors="replace").split())[:300]
    return said.rstrip(".") + "." if said else "it gave no reason."


def _hint(status: int) -> str:
    if status == 401:
        return "The kubeconfig's credentials are not accepted; they may have expired."
    if status == 403:
        return "The kubeconfig's user lacks this right."
    return ""


@contextmanager
def sentences(what: str, server: str) -> Iterator[None]:
    """Turn the HTTP client's exceptions into ClusterError."""
    import httpx2

    try:
        yield
    except httpx2.TimeoutException as error:
        said = f"{what}: the API server at {server} did not answer in time."
        raise ConnectionLost(said, hint=HINT, parameters={"server": server}) from error
    except httpx2.HTTPError as error:
        raise ConnectionLost(f"{what}: {why(error, server)}", hint=HINT, parameters={"server": server}) from error


def why(error: BaseException, server: str) -> str:
    """Why there was no answer at all, as the end of a sentence."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return f"the certificate of {server} is not trusted ({cause.reason or cause})."
        if isinstance(cause, ConnectionRefusedError):
            return f"nothing listens at {server} (connection refused)."
        cause = cause.__cause__ or cause.__context__
    text = str(error) or type(error).__name__
    return f"the connection to {server} failed ({text})."


def closed_early() -> tuple[type[Exception], ...]:
    """What a kept connection raises that the server has closed in the meantime."""
    import httpx2

    return (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError)
