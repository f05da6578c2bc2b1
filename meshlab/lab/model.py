"""The shape of a lab: what `lab.yaml` holds after loading. Pure data; `load.py` makes it, everything above reads it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from meshlab.lab.address import Endpoint, ObjectRef
from meshlab.lab.checks import Check

Id = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class _Part(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True, kw_only=True):
    """Every part of a lab file: immutable, unknown keys refused, keys written-like-this."""


class Needs(_Part, frozen=True, kw_only=True):
    """What an engine must offer before the lab may start; a mismatch is refused with exit 4."""

    scope: Literal["namespaces", "cluster"] = "namespaces"
    host_port: bool = False
    network_policy: bool = False
    net_admin: bool = False
    node_labels: bool = False
    node_access: bool = False
    nodes: int = 1
    """Nodes that can run pods."""
    memory_mib: int = 2048


class Privileges(_Part, frozen=True, kw_only=True):
    """What the lab's manifests may do beyond a namespace, when they come from someone untrusted."""

    capabilities: tuple[str, ...] = ()
    host_ports: tuple[int, ...] = ()
    cluster_roles: bool = False


class Variable(_Part, frozen=True, kw_only=True):
    """One value drawn from the seat's seed: exactly one of the ways."""

    integer: tuple[int, int] | None = None
    """Smallest and largest, both included."""
    step: int = 1
    choice: tuple[str, ...] | None = None
    token: int | None = None
    """That many characters of [a-z0-9], starting with a letter."""
    value: str | None = None
    """The same for everyone, or computed from others: `${name}` and integer `+ - * //` in `$[ ... ]`."""
    lab: Id | None = None
    """Drawn as the lab of this id draws its variable of the same name: the road goes on with the same value."""


class Proxy(_Part, frozen=True, kw_only=True):
    """How to find a kind of proxy and read it: checks name proxies, never logs."""

    select: dict[str, str]
    container: str = "envoy"
    namespace: str = ""
    admin: int = 9901
    log: Literal["json"] = "json"
    adapter: Literal["envoy", "traefik", "nginx", "pilot", "istio"] = "envoy"
    cluster: str = ""


class Actor(_Part, frozen=True, kw_only=True):
    """Traffic that the lab keeps running from the probe of each node."""

    url: str
    rate: float
    """Requests a second from each probe."""
    timeout_ms: int = 2000
    headers: dict[str, str] = field(default_factory=dict)
    keepalive: bool = False
    start: bool = True


class Fault(_Part, frozen=True, kw_only=True):
    """One of the closed list of disturbances; its inverse is known before it is applied."""

    kind: Literal[
        "scale",
        "delete-pod",
        "label-node",
        "drain-proxy",
        "config-line",
        "set-env",
        "slow-service",
        "fail-service",
        "drop-route",
        "pause-node",
        "load",
    ]
    subject: ObjectRef = field(name="target")
    by: Literal["learner", "meshlab"] = "meshlab"
    replicas: int | None = None
    """scale: the number while the fault lasts."""
    labels: dict[str, str] = field(default_factory=dict)
    key: str = ""
    """config-line: the key of the ConfigMap; set-env: the variable's name; drop-route: the network."""
    replace: str = ""
    """config-line: text that stands in the key."""
    with_: str = field(default="", name="with")
    """config-line: what stands there then; set-env: the variable's value then."""
    milliseconds: int = 0
    error_rate: float = 0.0
    url: str = ""
    """load: where to."""
    rate: float = 0.0
    concurrency: int = 8
    restart: bool = False
    """config-line: also restart the pods that read it."""
    nudge: bool = True
    """config-line: make the kubelets bring it to the pods at once; false: when they come to it (a minute or so)."""


class Prediction(_Part, frozen=True, kw_only=True):
    """What the learner is asked before the fault: cells that will be red, or one of several answers."""

    kind: Literal["matrix", "choice"] = "matrix"
    choices: tuple[Id, ...] = ()
    equals: Id | None = None
    """The choice that turns out to be right, as the checks of the phases show."""
    matrix: Id | None = None
    """The check of kind matrix whose rows and columns are predicted."""


class Phase(_Part, frozen=True, kw_only=True):
    """One part of an experiment: apply or undo faults, then the checks that must hold while it lasts."""

    id: Id
    apply: tuple[Fault, ...] = ()
    undo: bool = False
    """Undo everything that is applied before the checks of this phase."""
    checks: tuple[Id, ...] = ()


class Experiment(_Part, frozen=True, kw_only=True):
    """Disturbs the system on purpose: prediction, then phases; every fault is undone at the end."""

    id: Id
    prediction: Prediction | None = None
    phases: tuple[Phase, ...]


class Hint(_Part, frozen=True, kw_only=True):
    """A hint's place; its words are in the texts under the same id. Chosen by the red check and its reason."""

    id: Id
    check: Id | None = None
    reason: str = ""


class Step(_Part, frozen=True, kw_only=True):
    """One page of the guide with its checks."""

    id: Id
    checks: tuple[Check, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    hints: tuple[Hint, ...] = ()
    minutes: int = 5


class Misconception(_Part, frozen=True, kw_only=True):
    """A wrong solution under wrong/<id>/: applied where the steps before `step` are solved, in place of its solution."""

    id: Id
    step: Id
    red: dict[Id, str]
    """Check id to the reason it must be red for; checks that need one of them are blocked, all others pass."""
    on_solved: bool = False
    """True: applied on top of the solved step instead of in its place."""


class Source(_Part, frozen=True, kw_only=True):
    """Where a row of the comparison has its value from: a check, or a check in a phase of an experiment."""

    check: Id
    experiment: Id = ""
    phase: Id = ""
    word: bool = False
    """True: the value is not a number but the words of the texts, valid once the check was green."""


class Comparison(_Part, frozen=True, kw_only=True):
    """The lab's column in the comparison of stages: for each row, where the measured value comes from."""

    policy: Source | None = None
    """Who holds the policy: words, backed by a check."""
    hops: Source | None = None
    """Proxies that one call passes: `path`."""
    proxies: Source | None = None
    """How many there are: `cost`."""
    memory: Source | None = None
    """Of all proxies, in MiB: `cost`."""
    cpu: Source | None = None
    """Of all proxies, in thousandths of a core: `cost`."""
    latency_p50: Source | None = None
    """Added to one call, in ms: `latency` without `load`."""
    latency_p99: Source | None = None
    writes: Source | None = None
    """To change one timeout: `writes`."""
    seconds: Source | None = None
    """From the first write until the last caller has the new timeout: any check in a phase of an experiment."""
    blast_radius: Source | None = None
    """Who reaches whom when one proxy is lost: `matrix`."""
    outage: Source | None = None
    """Seconds in which requests failed when one proxy is lost: `success`."""


class ClusterShape(_Part, frozen=True, kw_only=True):
    """What a cluster of the lab looks like when meshlab makes it."""

    workers: int = 2
    ports: dict[str, int] = field(default_factory=dict)
    """Name to node port that is reachable on 127.0.0.1 (the host's port is chosen when the cluster is made)."""


class Lab(_Part, frozen=True, kw_only=True):
    """A lab: structure only. Words live in text/<language>/."""

    schema: Literal[1]
    stage: str
    minutes: int
    previous: str = ""
    """Id of the lab whose solved end equals this lab's start, where there is one."""
    namespace: str = "shop"
    namespaces: tuple[str, ...] = ()
    """All namespaces of the lab's scope, `namespace` first; empty: only that."""
    clusters: dict[str, ClusterShape]
    needs: Needs = Needs()
    privileges: Privileges = Privileges()
    variables: dict[str, Variable] = field(default_factory=dict)
    images: tuple[str, ...] = ()
    """Names from the pin file, or meshlab/<name> for images that meshlab builds."""
    services: dict[str, Endpoint] = field(default_factory=dict)
    """The callers and callees that checks name."""
    proxies: dict[str, Proxy] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    graph: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Who calls whom in the shop, for the topology picture: service id to the services it calls."""
    steps: tuple[Step, ...]
    wrong: tuple[Misconception, ...] = ()
    comparison: Comparison | None = None

    @property
    def default_cluster(self) -> str:
        """The cluster of everything that names none: the first."""
        return next(iter(self.clusters))

    @property
    def default_namespace(self) -> str:
        """The namespace of everything that names none."""
        return self.namespace

    @property
    def all_namespaces(self) -> tuple[str, ...]:
        """Those of the lab, the default one first."""
        return self.namespaces or (self.namespace,)

    def all_experiments(self) -> dict[str, Experiment]:
        """Every experiment of every step, by id, in the order of the guide."""
        return {experiment.id: experiment for step in self.steps for experiment in step.experiments}

    def all_checks(self) -> dict[str, Check]:
        """Every check of every step, by id, in the order of the guide."""
        return {check.id: check for step in self.steps for check in step.checks}

    def ended(self, check: Check, step: str) -> bool:
        """Whether this step, or one before it, ends what the check asks for."""
        ids = [one.id for one in self.steps]
        return check.until in ids and ids.index(check.until) <= ids.index(step)

    def step_of(self, check: str) -> Step:
        """The step that a check belongs to. KeyError when no step has it."""
        for step in self.steps:
            if any(one.id == check for one in step.checks):
                return step
        raise KeyError(check)
