"""Parses access log lines of different proxies into one form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from meshlab.check.world import LogEntry, Position
from meshlab.timestamps import unix

ENVOY: dict[str, tuple[str, ...]] = {
    "nonce": ("nonce", "x_meshlab_nonce", "x-meshlab-nonce"),
    "authority": ("authority", "host"),
    "path": ("path",),
    "status": ("response_code", "status"),
    "flags": ("response_flags", "flags"),
    "duration": ("duration", "duration_ms"),
    "upstream_ms": ("upstream_service_time", "upstream_ms"),
    "cluster": ("upstream_cluster", "cluster"),
    "upstream": ("upstream_host", "upstream"),
    "downstream": ("downstream_remote_address", "downstream"),
    "time": ("start_time", "time", "t"),
}
"""Maps our field names to the keys of a JSON log format; the first keys are Istio's, which labs use as well."""


def entry(adapter: str, line: str, proxy: str, position: Position) -> LogEntry | None:
    """Parses a line; None when it is no access log line."""
    raw = _json(line)
    if raw is None:
        return None
    return _READERS.get(adapter, _envoy)(raw, proxy, position)


def _envoy(raw: dict[str, Any], proxy: str, position: Position) -> LogEntry | None:
    def of(name: str) -> Any:
        return next((raw[key] for key in ENVOY[name] if raw.get(key) not in (None, "-")), None)

    if of("status") is None:
        return None
    upstream_ms = of("upstream_ms")
    return LogEntry(
        proxy=proxy,
        pod=position.pod,
        node=position.node,
        nonce=_text(of("nonce")),
        authority=_text(of("authority")),
        path=_text(of("path")),
        status=int(_number(of("status"))),
        flags=_text(of("flags")),
        duration_ms=_number(of("duration")),
        upstream_ms=None if upstream_ms is None else _number(upstream_ms),
        upstream_cluster=_text(of("cluster")),
        upstream_host=_text(of("upstream")),
        downstream=_text(of("downstream")),
        t=_time(of("time")),
    )


def _traefik(raw: dict[str, Any], proxy: str, position: Position) -> LogEntry | None:
    """Times are nanoseconds; `ServiceAddr` is the endpoint that Traefik chose itself."""
    if "DownstreamStatus" not in raw:
        return None
    origin = raw.get("OriginDuration")
    return LogEntry(
        proxy=proxy,
        pod=position.pod,
        node=position.node,
        nonce=_text(raw.get("request_X-Meshlab-Nonce")),
        authority=_text(raw.get("RequestAddr") or raw.get("RequestHost")),
        path=_text(raw.get("RequestPath")),
        status=int(_number(raw["DownstreamStatus"])),
        flags="" if raw.get("RouterName") else "no-router",
        duration_ms=_number(raw.get("Duration")) / 1e6,
        upstream_ms=_number(origin) / 1e6 if origin and raw.get("ServiceName") else None,
        upstream_cluster=_text(raw.get("ServiceName")),
        upstream_host=_text(raw.get("ServiceAddr")),
        downstream=_text(raw.get("ClientAddr")),
        t=_time(raw.get("StartUTC") or raw.get("time")),
    )


def _nginx(raw: dict[str, Any], proxy: str, position: Position) -> LogEntry | None:
    """Keys are NGINX's own names of its variables. Times are seconds, and a line is written when its request ends.

    https://nginx.org/en/docs/varindex.html
    """
    if "status" not in raw or "request_time" not in raw:
        return None
    seconds, upstream = _number(raw["request_time"]), _text(raw.get("upstream_addr"))
    return LogEntry(
        proxy=proxy,
        pod=position.pod,
        node=position.node,
        nonce=_text(raw.get("http_x_meshlab_nonce")),
        authority=_text(raw.get("http_host") or raw.get("host")),
        path=_text(raw.get("request_uri")),
        status=int(_number(raw["status"])),
        flags="",
        duration_ms=seconds * 1000,
        upstream_ms=_number(raw.get("upstream_response_time")) * 1000 if upstream else None,
        upstream_cluster=_text(raw.get("proxy_host")),
        upstream_host=upstream,
        downstream=f"{_text(raw.get('remote_addr'))}:{_text(raw.get('remote_port'))}",
        t=_number(raw.get("msec")) - seconds,
    )


_READERS: dict[str, Callable[[dict[str, Any], str, Position], LogEntry | None]] = {"traefik": _traefik, "nginx": _nginx}


def _json(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except msgspec.DecodeError:
        return None


def _text(value: Any) -> str:
    return "" if value in (None, "-") else str(value)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0


def _time(value: Any) -> float:
    """Converts a time to unix seconds; 0 when there is none."""
    if isinstance(value, int | float):
        return float(value)
    try:
        return unix(value)
    except (ValueError, TypeError):
        return 0.0
