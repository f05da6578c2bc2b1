"""What a check is given to look with."""

from __future__ import annotations

from dataclasses import dataclass

from meshlab.check.world import World
from meshlab.errors import LabError
from meshlab.lab.address import Endpoint, ObjectRef
from meshlab.lab.model import Lab, Proxy

PROBE = "probe"
"""Every cluster of a lab has a probe on each node, whether the lab names it or not."""


@dataclass(frozen=True)
class Inputs:
    """The lab that says what things are called, and the world in which they are looked at."""

    lab: Lab
    world: World

    def service(self, name: str) -> Endpoint:
        """A service of the lab, without the node of `probe@node`. LabError when it has none of that name."""
        name = name.partition("@")[0]
        if name == PROBE and name not in self.lab.services:
            return Endpoint(probe=True)
        if name not in self.lab.services:
            raise LabError(f"no service is called {name!r}", key="services", hint=f"There are: {_names(self.lab.services)}.")
        return self.lab.services[name]

    def proxy(self, name: str) -> Proxy:
        """A proxy of the lab. LabError when it has none of that name."""
        if name not in self.lab.proxies:
            raise LabError(f"no proxy is called {name!r}", key="proxies", hint=f"There are: {_names(self.lab.proxies)}.")
        return self.lab.proxies[name]

    def namespace(self, ref: ObjectRef | Endpoint) -> str:
        """Where it is, the lab's default filled in."""
        return ref.namespace or self.lab.default_namespace


def _names(things: dict[str, Endpoint] | dict[str, Proxy]) -> str:
    return ", ".join(sorted(things)) or "none"
