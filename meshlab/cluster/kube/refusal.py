"""Sentences for what an API server refuses, or why it cannot be reached."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from meshlab.errors import ApiNotReady, ClusterError, ConnectionLost, CredentialsRefused
from meshlab.words import Words, tell

log = logging.getLogger(__name__)


class Status(msgspec.Struct):
    """What we read of the API's Status."""

    message: str = ""
    reason: str = ""


def check(status: int, body: bytes, what: Words) -> None:
    """ClusterError when the status is not a success."""
    if status < 400:
        return
    answer = message(body) or Words("errors.api.no-reason")
    log.log(_level(status), "%s was refused (%d): %s", tell(what), status, tell(answer))
    if status == 401:
        raise CredentialsRefused("cluster.credentials-refused", what=what, code=status, answer=answer, status=status)
    if status == 429 or status >= 500:
        raise ApiNotReady("cluster.api-not-ready", what=what, code=status, answer=answer, status=status)
    if status == 403:
        raise ClusterError("api.forbidden", what=what, code=status, answer=answer, status=status)
    raise ClusterError("api.refused", what=what, code=status, answer=answer, status=status)


def _level(status: int) -> int:
    """What is not there, or not allowed, is often only asked for; a server that fails, or knows us no more, is worth more."""
    if status == 404:
        return logging.DEBUG
    return logging.WARNING if status in (401, 429) or status >= 500 else logging.INFO


def message(body: bytes) -> str:
    """The API server's own words, "" where it gave no reason."""
    try:
        said = msgspec.json.decode(body, type=Status).message
    except (msgspec.DecodeError, msgspec.ValidationError):
        said = " ".join(body.decode(errors="replace").split())[:300]
    return said.rstrip(".") + "." if said else ""


@contextmanager
def sentences(what: Words, server: str) -> Iterator[None]:
    """Turn the HTTP client's exceptions into ClusterError."""
    import httpx2

    try:
        yield
    except httpx2.TimeoutException as error:
        log.warning("%s: no answer of %s in time", tell(what), server)
        raise ConnectionLost("cluster.connection-lost", server=server, what=what, why=late(server)) from error
    except httpx2.HTTPError as error:
        log.warning("%s: %s", tell(what), tell(why(error, server)))
        raise ConnectionLost("cluster.connection-lost", server=server, what=what, why=why(error, server)) from error


def late(server: str) -> Words:
    """That there was no answer in time, as the end of a sentence."""
    return Words("errors.api.late", {"server": server})


def why(error: BaseException, server: str) -> Words:
    """Why there was no answer at all, as the end of a sentence."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return Words("errors.api.untrusted", {"server": server, "why": str(cause.reason or cause)})
        if isinstance(cause, ConnectionRefusedError):
            return Words("errors.api.nothing-listens", {"server": server})
        cause = cause.__cause__ or cause.__context__
    return Words("errors.api.broken", {"server": server, "why": str(error) or type(error).__name__})


def closed_early() -> tuple[type[Exception], ...]:
    """What a kept connection raises that the server has closed in the meantime."""
    import httpx2

    return (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError)
