"""What a container is told by its environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROLES = ("service", "probe", "recorder", "namer")
CLIENTS = ("plain", "lib")


class SettingsError(ValueError):
    """The environment does not describe a container that could run."""


@dataclass(frozen=True)
class Upstream:
    name: str
    url: str


@dataclass(frozen=True)
class Settings:
    """Times are seconds, ports are where this process listens."""

    role: str = "service"
    service: str = "shop"
    version: str = "v1"
    color: str = ""
    upstreams: tuple[Upstream, ...] = ()
    pod: str = ""
    node: str = ""
    namespace: str = ""
    cluster: str = ""
    zone: str = ""
    upstream_timeout: float = 10.0
    client: str = "plain"
    strict: bool = False
    propagate: bool = True
    host: str = "0.0.0.0"
    app_port: int = 8080
    admin_port: int = 8081
    direct_port: int = 8082
    drain: float = 3.0
    plan: Path = Path("/etc/probe/plan.json")
    data: Path = Path("/data")
    image_content: str = ""
    record: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    endpoints: Path = Path("/data/endpoints")
    endpoint_port: int = 4141
    suffix: str = "-local"

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        role = env.get("ROLE", "service")
        if role not in ROLES:
            raise SettingsError(f"ROLE is {role!r}; it must be one of {', '.join(ROLES)}")
        client = env.get("CLIENT") or "plain"
        if client not in CLIENTS:
            raise SettingsError(f"CLIENT is {client!r}; it must be one of {', '.join(CLIENTS)}")
        if role == "recorder" and not _words(env.get("RECORD", "")):
            raise SettingsError("RECORD is empty; name the kinds to record, such as v1/configmaps,apps/v1/deployments")
        if role == "namer" and len(_words(env.get("NAMESPACES", ""))) != 1:
            raise SettingsError("NAMESPACES must name the one namespace whose endpoints are written")
        return cls(
            role=role,
            service=env.get("SERVICE") or (role if role != "service" else "shop"),
            version=env.get("VERSION", "v1"),
            color=env.get("COLOR", ""),
            upstreams=parse_upstreams(env.get("UPSTREAMS", "")),
            pod=env.get("POD_NAME") or env.get("HOSTNAME", ""),
            node=env.get("NODE_NAME", ""),
            namespace=env.get("NAMESPACE", ""),
            cluster=env.get("CLUSTER", ""),
            zone=env.get("ZONE", ""),
            upstream_timeout=_number(env, "UPSTREAM_TIMEOUT_MS", 10000) / 1000,
            client=client,
            strict=_flag(env, "STRICT", "0"),
            propagate=_flag(env, "PROPAGATE", "1"),
            host=env.get("HOST", "0.0.0.0"),
            app_port=int(_number(env, "APP_PORT", 8080)),
            admin_port=int(_number(env, "ADMIN_PORT", 8081)),
            direct_port=int(_number(env, "DIRECT_PORT", 8082)),
            drain=_number(env, "DRAIN_SECONDS", 3),
            plan=Path(env.get("PLAN", "/etc/probe/plan.json")),
            data=Path(env.get("DATA", "/data")),
            image_content=env.get("IMAGE_CONTENT", ""),
            record=_words(env.get("RECORD", "")),
            namespaces=_words(env.get("NAMESPACES", "")),
            endpoints=Path(env.get("ENDPOINTS", "/data/endpoints")),
            endpoint_port=int(_number(env, "ENDPOINT_PORT", 4141)),
            suffix=env.get("SUFFIX", "-local"),
        )


def parse_upstreams(text: str) -> tuple[Upstream, ...]:
    found = []
    for part in _words(text):
        name, sep, url = part.partition("=")
        if not sep or not url.startswith("http://"):
            raise SettingsError(f"UPSTREAMS has {part!r}; write name=http://host:port")
        found.append(Upstream(name.strip(), url.strip()))
    return tuple(found)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _flag(env: Mapping[str, str], name: str, default: str) -> bool:
    value = env.get(name, default)
    if value not in ("0", "1", ""):
        raise SettingsError(f"{name} is {value!r}; it must be 0 or 1")
    return value == "1"


def _number(env: Mapping[str, str], name: str, default: float) -> float:
    text = env.get(name) or str(default)
    try:
        number = float(text)
    except ValueError:
        raise SettingsError(f"{name} is {text!r}; it must be a number") from None
    if number < 0:
        raise SettingsError(f"{name} is {text!r}; it must not be negative")
    return number
