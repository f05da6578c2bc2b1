"""The error classes of a call: what the network or the peer did, in one word."""

from __future__ import annotations

import errno
import socket

import aiohttp

# Nobody answered: an unreachable host is a timeout that the kernel already knows about.
_SILENT = frozenset({errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ENETUNREACH})
_CUT = frozenset({errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED})


def of_exception(exc: BaseException) -> str:
    """One of dns, refused, timeout, reset, protocol."""
    cause = getattr(exc, "os_error", exc)
    if isinstance(exc, aiohttp.ClientConnectorDNSError) or isinstance(cause, socket.gaierror):
        return "dns"
    if isinstance(exc, TimeoutError) or getattr(cause, "errno", None) in _SILENT:
        return "timeout"
    if getattr(cause, "errno", None) in _CUT:
        return "reset"
    if isinstance(exc, aiohttp.ClientConnectorError):
        return "refused"
    if isinstance(exc, aiohttp.ServerDisconnectedError | aiohttp.ClientPayloadError | aiohttp.ClientOSError):
        return "reset"
    return "protocol"


def of_status(status: int) -> str | None:
    if status >= 500:
        return "http_5xx"
    return "http_4xx" if status >= 400 else None
