"""Which path a kind has: asked of the API server, remembered."""

from __future__ import annotations

from msgspec import Struct

from meshlab.cluster.kube.connection import Connection
from meshlab.errors import ClusterError
from meshlab.words import Words


class Resource(Struct, frozen=True):
    """A kind as the API server serves it."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool

    def path(self, namespace: str = "", name: str = "") -> str:
        """The path of one object, or of the collection; no namespace: all of them."""
        parts = ["/api" if "/" not in self.api_version else "/apis", self.api_version]
        if self.namespaced and namespace:
            parts += ["namespaces", namespace]
        parts.append(self.plural)
        if name:
            parts.append(name)
        return "/".join(parts)


class Discovery:
    """Kinds by apiVersion. What is missing is asked again each time: a definition may have been added since."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, str], Resource] = {}

    async def find(self, api_version: str, kind: str) -> Resource | None:
        """The resource, or None when the cluster does not serve it."""
        if (api_version, kind) not in self._known:
            await self._ask(api_version)
        return self._known.get((api_version, kind))

    async def need(self, api_version: str, kind: str) -> Resource:
        """The resource. ClusterError with status 404 when the cluster does not serve it."""
        found = await self.find(api_version, kind)
        if found is None:
            raise ClusterError("api.unknown-kind", kind=kind, version=api_version, status=404)
        return found

    def forget(self, api_version: str, kind: str) -> None:
        """The path did not answer: its definition may be gone."""
        self._known.pop((api_version, kind), None)

    async def _ask(self, api_version: str) -> None:
        prefix = "/api" if "/" not in api_version else "/apis"
        try:
            what = Words("waits.kinds", {"version": api_version})
            listed = await self._connection.json("GET", f"{prefix}/{api_version}", what=what)
        except ClusterError as error:
            if error.status == 404:
                return
            raise
        for one in listed.get("resources", []):
            if "/" not in one["name"]:
                resource = Resource(api_version, one["kind"], one["name"], one["namespaced"])
                self._known[api_version, one["kind"]] = resource
