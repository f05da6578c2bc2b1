"""The one seam between checks and a cluster: everything that a check may look at.

A live world (meshlab.run.live) asks a cluster; a recorded one replays what a live one saw. Every method's arguments and
results are JSON-able structs, so that recording is the same for all. Methods raise ClusterError when the environment
cannot answer; a check that meets one gets the verdict `error`, never `fail`.
"""

from __future__ import annotations

from typing import Any, Protocol

from msgspec import Struct, field

from meshlab.lab.address import ObjectRef


class CallRequest(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Requests to send from a pod's own position (the shop's admin API `/call`)."""

    url: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    timeout_ms: int = 5000
    n: int = 1
    keepalive: bool = False
    rate: float | None = None
    concurrency: int = 1
    nonce: str = ""
    """Sent as x-meshlab-nonce; with n > 1 a suffix -<i> makes each one unique."""
    tree: bool = True


class Reply(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One answer as the caller saw it."""

    i: int = 0
    t: float = 0.0
    nonce: str = ""
    status: int = 0
    ms: float = 0.0
    error: str | None = None
    """dns, refused, timeout, reset, protocol, http_4xx, http_5xx or None."""
    headers: dict[str, str] = field(default_factory=dict)
    peer: str = ""
    tree: dict[str, Any] | None = None


class Position(Struct, frozen=True, omit_defaults=True):
    """Where a call comes from: one pod."""

    service: str
    """Id under `services` of the lab."""
    pod: str
    node: str = ""
    ip: str = ""
    namespace: str = ""
    cluster: str = ""
    ready: bool = True


class Calls(Struct, frozen=True, omit_defaults=True):
    """What came back from one position."""

    position: Position
    replies: tuple[Reply, ...]


class LogEntry(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One access log line of a proxy, in the adapter's common form."""

    proxy: str
    pod: str
    node: str = ""
    nonce: str = ""
    authority: str = ""
    path: str = ""
    status: int = 0
    flags: str = ""
    duration_ms: float = 0.0
    upstream_ms: float | None = None
    upstream_cluster: str = ""
    upstream_host: str = ""
    """address:port that the proxy sent it to."""
    downstream: str = ""
    """address:port that it came from."""
    t: float = 0.0


class Write(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One write to an object as the recorder saw it."""

    t: float
    verb: str
    api_version: str
    kind: str
    namespace: str = ""
    name: str
    user: str = ""
    """Who: `learner`, `meshlab`, the raw user or manager name, or "" where nobody knows."""


class Writes(Struct, frozen=True, omit_defaults=True):
    """All writes since a time; incomplete when the recorder had a gap."""

    writes: tuple[Write, ...]
    complete: bool = True


class ActorResults(Struct, frozen=True, omit_defaults=True):
    """Counted requests of an actor from one node's probe, in order."""

    actor: str
    node: str
    replies: tuple[Reply, ...]
    """`i` is the sequence number."""


class Usage(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one container takes, as its node's kubelet counts it."""

    namespace: str
    pod: str
    container: str
    node: str = ""
    memory: int = 0
    """Bytes of its working set."""
    cpu: int = 0
    """Nanoseconds of processor time since it began."""
    t: float = 0.0
    """Unix time at which the processor time was read."""


class Usages(Struct, frozen=True, omit_defaults=True):
    """All containers of the lab's namespaces that kubelets count already."""

    containers: tuple[Usage, ...]
    unreadable: tuple[str, ...] = ()
    """Nodes whose kubelet meshlab may not ask."""


class KnownImage(Struct, frozen=True, omit_defaults=True):
    """An image of the lab as the cluster has it."""

    ref: str
    """What manifests write for it."""
    contents: tuple[str, ...] = ()
    """Digests under which nodes report it, sorted; () where the cluster does not say."""


class World(Protocol):
    """What checks see. `cluster` is empty for the lab's first cluster throughout."""

    async def objects(self, ref: ObjectRef) -> list[dict[str, Any]]:
        """The objects that the reference names, raw, sorted by name; [] when none exists."""

    async def baseline(self, ref: ObjectRef, since: str) -> list[dict[str, Any]]:
        """The same as they were at `lab-start` or `step-start`."""

    async def positions(self, service: str) -> list[Position]:
        """The running pods of a service of the lab (all probe pods for the probe), sorted by name."""

    async def call(self, position: Position, request: CallRequest) -> Calls:
        """Send requests from that pod and wait for the answers. ClusterError when its admin API cannot be reached."""

    async def access_logs(self, proxy: str, nonces: list[str], within: float = 2.0) -> list[LogEntry]:
        """Log lines of all pods of the proxy that carry one of the nonces (or a suffix -<i> of one).

        Waits up to `within` seconds for each nonce to show up at least once.
        """

    async def proxy_pods(self, proxy: str) -> list[Position]:
        """The running pods of a kind of proxy."""

    async def admin(self, proxy: str, pod: str, path: str) -> Any:
        """A proxy's admin API: JSON where it is JSON, else text."""

    async def counters(self, position: Position, nonce: str) -> int:
        """How many requests with this nonce (or a suffix of it) a shop pod has received."""

    async def image(self, name: str) -> KnownImage:
        """An image of the lab by its name under `images`. ClusterError when the run has no such image."""

    async def writes(self, since: str) -> Writes:
        """What the recorder counted since `lab-start`, `step-start` or `phase-start`."""

    async def actor(self, actor: str, since: float, until: float | None = None) -> list[ActorResults]:
        """Counted requests of an actor in a window of unix seconds, one entry a node."""

    async def mark(self, name: str) -> float:
        """Unix time of `lab-start`, `step-start` or `phase-start` (of the running experiment). ClusterError when unknown."""

    async def load(self, position: Position, request: CallRequest, seconds: float) -> None:
        """Start background load from a pod (keep-alive, `rate` requests a second); seconds=0 stops it."""

    async def usage(self, cluster: str = "") -> Usages:
        """What the containers of the lab's namespaces take; a new one is counted after some seconds."""

    async def answer(self, check: str) -> str | None:
        """The learner's last answer to a question."""

    async def experiment(self, experiment: str) -> dict[str, Any] | None:
        """The last finished run of an experiment: {predicted, finished, phases: [...], score}, or None."""

    def nonce(self) -> str:
        """A fresh nonce; the same sequence again when replayed."""

    def now(self) -> float:
        """Unix seconds; as recorded when replayed."""

    async def pause(self, seconds: float) -> None:
        """Wait between two looks (returns at once when replayed)."""
