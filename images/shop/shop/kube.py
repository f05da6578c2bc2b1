"""The Kubernetes API as a pod sees it: list, and watch from a version on."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from shop.settings import SettingsError

SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
# Bookmarks come about once a minute: a watch that is silent for longer has lost its connection.
SILENCE = 100.0
WATCH_SECONDS = 300


class Gone(Exception):
    """The API no longer has the changes since the version asked for."""


class Missing(Exception):
    """The cluster does not know this kind (yet)."""


class ApiError(Exception):
    """The API refused; the text says with which status and sentence."""


@dataclass(frozen=True)
class Resource:
    """`v1/configmaps` or `apps/v1/deployments`, in one namespace or (None) in all."""

    api_version: str
    plural: str
    namespace: str | None

    @classmethod
    def parse(cls, text: str, namespace: str | None) -> Resource:
        api_version, sep, plural = text.rpartition("/")
        if not sep or api_version.count("/") > 1:
            raise SettingsError(f"RECORD has {text!r}; write v1/configmaps or apps/v1/deployments")
        return cls(api_version, plural, namespace)

    @property
    def path(self) -> str:
        root = "apis" if "/" in self.api_version else "api"
        scope = f"namespaces/{self.namespace}/" if self.namespace else ""
        return f"/{root}/{self.api_version}/{scope}{self.plural}"

    def __str__(self) -> str:
        return f"{self.api_version}/{self.plural}" + (f" in {self.namespace}" if self.namespace else "")


class Api:
    def __init__(self, url: str, account: Path) -> None:
        self._url = url
        self._account = account
        context = _trust(account) if url.startswith("https") else True
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context, limit=0),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=SILENCE),
        )

    @classmethod
    def in_cluster(cls, env: Mapping[str, str] = os.environ) -> Api:
        """KUBE_API and SERVICE_ACCOUNT take the place of what a pod finds by itself."""
        host = env.get("KUBERNETES_SERVICE_HOST", "kubernetes.default.svc")
        host = f"[{host}]" if ":" in host else host
        url = env.get("KUBE_API") or f"https://{host}:{env.get('KUBERNETES_SERVICE_PORT', '443')}"
        return cls(url, Path(env.get("SERVICE_ACCOUNT", SERVICE_ACCOUNT)))

    async def close(self) -> None:
        await self._session.close()

    async def list(self, resource: Resource) -> dict[str, Any]:
        async with self._session.get(self._url + resource.path, headers=self._headers()) as response:
            await _check(response)
            body: dict[str, Any] = await response.json()
            return body

    async def watch(self, resource: Resource, version: str) -> AsyncIterator[dict[str, Any]]:
        """Events after `version`, bookmarks among them, until the server ends the watch. The first item is empty:
        the watch stands."""
        query = {
            "watch": "1",
            "resourceVersion": version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(WATCH_SECONDS),
        }
        async with self._session.get(
            self._url + resource.path, params=query, headers=self._headers(), read_bufsize=1 << 22
        ) as response:
            await _check(response)
            yield {}
            async for line in response.content:
                event: dict[str, Any] = json.loads(line)
                if event["type"] == "ERROR":
                    raise _error(event["object"].get("code", 0), event["object"].get("message", ""))
                yield event

    def _headers(self) -> dict[str, str]:
        # Read each time: the kubelet replaces the token before it expires.
        token = self._account / "token"
        return {"Authorization": f"Bearer {token.read_text().strip()}"} if token.exists() else {}


def _trust(account: Path) -> ssl.SSLContext:
    authority = account / "ca.crt"
    if not authority.exists():
        raise SettingsError(f"there is no {authority}: this role needs a service account and its token")
    return ssl.create_default_context(cafile=str(authority))


async def _check(response: aiohttp.ClientResponse) -> None:
    if response.status >= 400:
        raise _error(response.status, (await response.text())[:300])


def _error(status: int, text: str) -> Exception:
    if status == 410:
        return Gone()
    if status == 404:
        return Missing()
    return ApiError(f"{status}: {text}")
