"""The vocabulary of checks as a lab file writes it: common keys plus exactly one kind. Execution is in meshlab.check."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from meshlab.lab.address import ObjectRef

Id = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Fraction = Annotated[float, Meta(ge=0, le=1)]


class _Spec(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True, kw_only=True):
    """The part of a check below its kind's key."""


class Condition(_Spec, frozen=True, kw_only=True):
    """A JMESPath query over an object (or over the list of them) and what it must give; the reason when it does not."""

    query: str
    equals: Any = None
    not_equals: Any = None
    exists: bool | None = None
    at_least: float | None = None
    at_most: float | None = None
    same_as: Literal["", "lab-start", "step-start"] = ""
    """The query's result equals that of the baseline taken then."""
    reason: str = "object.mismatch"


class ObjectSpec(_Spec, frozen=True, kw_only=True):
    """Objects and conditions on them. Without conditions it asks that the object exists (or not)."""

    ref: ObjectRef
    absent: bool = False
    each: bool = False
    """True: conditions hold for each selected object; False: `name` one object, or the list as a whole."""
    conditions: tuple[Condition, ...] = ()
    match: dict[str, Any] = field(default_factory=dict)
    """A partial object: every leaf that stands here stands in the object."""


class Through(_Spec, frozen=True, kw_only=True):
    """A proxy that the request must pass, in this order."""

    proxy: str
    at: Literal["any", "caller", "callee"] = "any"
    """On whose node; where the proxy is a sidecar of that pod: in it."""
    flags: str = ""
    """Envoy response flag that this very proxy logged."""


class Expect(_Spec, frozen=True, kw_only=True):
    """What the caller gets and what the last proxy says of it."""

    status: int = 200
    version: str = ""
    milliseconds: tuple[float, float] | None = None
    """Smallest and largest, as the caller saw it."""
    flags: str = ""
    """Envoy response flag that the last proxy logged, e.g. UT (upstream request timeout)."""


class PathSpec(_Spec, frozen=True, kw_only=True):
    """Each call's nonce is in the logs of exactly the proxies named, in the application's tree and in their counters."""

    from_: str = field(name="from")
    to: str | tuple[str, ...]
    through: tuple[Through, ...] = ()
    path: str = "/"
    requests: int = 3
    headers: dict[str, str] = field(default_factory=dict)
    expect: Expect = Expect()
    avoid: tuple[str, ...] = ()
    """Proxies whose logs must not have the nonce (beside all that `through` leaves out)."""


class ShareSpec(_Spec, frozen=True, kw_only=True):
    """The share of requests that a version answers. The sample size follows from the two error rates."""

    from_: str = field(name="from")
    to: str
    version: str
    share: Fraction
    nearest: Fraction
    """The share of the nearest misconception that must be told apart."""
    through: tuple[Through, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    refuse_right: Fraction = 1e-4
    accept_wrong: Fraction = 1e-3


class SuccessSpec(_Spec, frozen=True, kw_only=True):
    """How many requests of an actor failed in a window."""

    actor: str
    window: Literal["lab", "step", "phase", "last"] = "phase"
    seconds: float = 10
    """Length of the window `last`."""
    max_failed: int | None = None
    min_failed: int | None = None
    at_least: int = 20
    """Requests that must have been sent, else the verdict is pending."""
    measure: bool = False
    """Green once the outage is over and measured, however many failed."""


class Pair(_Spec, frozen=True, kw_only=True):
    """One caller and one callee."""

    from_: str = field(name="from")
    to: str


class LatencySpec(_Spec, frozen=True, kw_only=True):
    """Paired and interleaved: the pair under load against itself, or (without `load`) against the control, a direct pair."""

    pair: Pair
    control: Pair
    rate: float = 20
    seconds: float = 5
    load: Pair | None = None
    """The hot pair that is switched on and off in alternating slices."""
    load_rate: float = 0
    load_concurrency: int = 8
    slices: int = 6
    quantile: Fraction = 0.99
    """Which latency is compared: 0.5 the median, 0.99 the tail (which takes many requests and a calm machine)."""
    ratio_at_least: float | None = None
    """Latency (pair, loaded) / latency (pair, idle) must be at least this."""
    ratio_at_most: float | None = None
    control_at_most: float = 2.0
    """The control pair's ratio above which the machine, not the proxy, is to blame: verdict error."""
    measure: bool = False
    """Without `load`: green once it is measured how many milliseconds the pair takes longer than the control."""


class DeniedSpec(_Spec, frozen=True, kw_only=True):
    """Refused by policy, not because it is dead: the control call must succeed first."""

    from_: str = field(name="from")
    to: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    pods: dict[str, str] = field(default_factory=dict)
    """Labels of pods that must not be reachable by their own address and `port`."""
    port: int = 8080
    control: Pair | None = None
    allowed_errors: tuple[str, ...] = ("timeout", "refused", "reset")


class Cells(_Spec, frozen=True, kw_only=True):
    """A block of the matrix: callers x callees and what they give."""

    from_: tuple[str, ...] = field(name="from", default=())
    to: tuple[str, ...] = ()
    """Empty: all."""
    expect: Fraction | Literal["computed"] = 1.0
    """Fraction of calls that succeed; `computed`: ready endpoints that can be reached / all, of callers that can reach any."""
    errors: tuple[str, ...] = ()
    """Error classes that a failing cell may show; empty: any."""


class MatrixSpec(_Spec, frozen=True, kw_only=True):
    """Who reaches whom: each cell is calls from the caller's own pod, each on a new connection."""

    rows: tuple[str, ...]
    """Service ids; `probe` adds a row for each node."""
    columns: tuple[str, ...]
    requests: int = 2
    timeout_ms: int = 2000
    via: str = ""
    """A proxy with a pod a node: for `computed`, calls leave by that of the caller's node and come in by that of the callee's
    node."""
    cells: tuple[Cells, ...]
    """Later blocks win over earlier ones."""


class ProxyConfigSpec(_Spec, frozen=True, kw_only=True):
    """What a proxy runs with, from its admin API (config_dump, stats, server_info), not from a file."""

    proxy: str
    pods: dict[str, str] = field(default_factory=dict)
    """Labels of those of its pods that are looked at; empty: all."""
    source: Literal["config_dump", "stats", "server_info", "clusters", "listeners"] = "config_dump"
    conditions: tuple[Condition, ...] = ()
    every_service: tuple[str, ...] = ()
    """Each of these service names has its own route and its own cluster in the proxy."""


class WritesSpec(_Spec, frozen=True, kw_only=True):
    """How many writes of the learner touched the objects, as the recorder counted them."""

    refs: tuple[ObjectRef, ...]
    since: Literal["lab-start", "step-start", "phase-start"] = "step-start"
    """`phase-start`: of the running experiment."""
    at_most: int | None = None
    at_least: int | None = None
    by: Literal["learner", "anyone"] = "learner"
    verbs: tuple[str, ...] = ("create", "update", "patch", "delete")


class Limits(_Spec, frozen=True, kw_only=True):
    """How small and how large a measured value may be, both included."""

    at_least: float | None = None
    at_most: float | None = None


class CostSpec(_Spec, frozen=True, kw_only=True):
    """What proxies take, as the kubelets count it: how many containers, memory, processor time."""

    proxies: tuple[str, ...] = ()
    """Proxies of the lab; each must have running pods."""
    images: tuple[str, ...] = ()
    """And every container of the lab's namespaces that runs an image of such a name (`envoy`): there may be none."""
    seconds: float = 20
    """How long processor time is counted."""
    load: Pair | None = None
    """Requests that are sent meanwhile, so that stages can be compared."""
    load_rate: float = 40
    """Of these, a second."""
    count: Limits | None = None
    """Of containers."""
    memory: Limits | None = None
    """MiB of all together (working sets)."""
    cpu: Limits | None = None
    """Thousandths of a core of all together."""
    each: Limits = Limits(at_least=2)
    """MiB of each container: one that takes less is no proxy."""
    measure: bool = False
    """Green once it is measured, where no limit is given."""


class Measured(_Spec, frozen=True, kw_only=True):
    """The right answer, measured when the check runs: a call and a JMESPath over what it gave."""

    from_: str = field(name="from", default="")
    to: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    query: str = ""
    object: ObjectRef | None = None


class LimitSpec(_Spec, frozen=True, kw_only=True):
    """A rate limit at a proxy: a burst is cut, and the backend hears nothing of what was refused."""

    from_: str = field(name="from")
    to: str
    proxy: str
    """Who refuses, with status 429."""
    backend: str
    """The service whose counters must stay flat."""
    average: float
    """Requests a second that flow in."""
    burst: int
    """Requests that a full bucket holds."""
    requests: int
    headers: dict[str, str] = field(default_factory=dict)


class CountSpec(_Spec, frozen=True, kw_only=True):
    """How many requests the pods of a service receive for each request sent, and how they are spread over them."""

    from_: str = field(name="from")
    to: str
    """The service that is called."""
    of: str = ""
    """The service whose pods count; empty: the one that is called."""
    method: str = "GET"
    path: str = "/"
    headers: dict[str, str] = field(default_factory=dict)
    requests: int = 1
    timeout_ms: int = 5000
    keepalive: bool = False
    """True: all requests on one connection."""
    each_at_least: float | None = None
    each_at_most: float | None = None
    """Requests received for each request sent."""
    largest_at_least: Fraction | None = None
    largest_at_most: Fraction | None = None
    """The share of the pod that received most."""


class ImageSpec(_Spec, frozen=True, kw_only=True):
    """The image that runs in each pod of some services, by its content."""

    of: tuple[str, ...]
    image: str
    """A name under `images` of the lab."""
    container: str = "shop"


class AnswerSpec(_Spec, frozen=True, kw_only=True):
    """What the learner answers to a question (its words are in the texts under the check's id)."""

    kind: Literal["choice", "text", "number"] = "text"
    choices: tuple[Id, ...] = ()
    equals: str = ""
    measured: Measured | None = None
    tolerance: float = 0.0


class PredictionSpec(_Spec, frozen=True, kw_only=True):
    """Green once an experiment has been run to its end with a prediction given before; says how good it was."""

    experiment: Id


KINDS = (
    "object",
    "path",
    "share",
    "success",
    "latency",
    "denied",
    "matrix",
    "proxy-config",
    "writes",
    "limit",
    "cost",
    "count",
    "image",
    "answer",
    "experiment",
)


class Check(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True, kw_only=True):
    """A named observation with a verdict: a goal is red on fresh for `fresh`, a guard is green on fresh."""

    id: Id
    role: Literal["goal", "guard", "phase"] = "goal"
    """phase: only run inside an experiment, never on its own."""
    needs: tuple[Id, ...] = ()
    when: Literal["change", "asked", "experiment"] = "change"
    fresh: str = ""
    """The reason expected on fresh; every goal has one. `blocked` when a needed check is red on fresh."""
    within: float = 0
    """Seconds it may stay pending before it fails."""
    stable_for: float = 0
    until: str = ""
    """The step that ends what this check asks for: from then on it is looked at no more."""
    severity: Literal["fail", "warn"] = "fail"
    object: ObjectSpec | None = None
    path: PathSpec | None = None
    share: ShareSpec | None = None
    success: SuccessSpec | None = None
    latency: LatencySpec | None = None
    denied: DeniedSpec | None = None
    matrix: MatrixSpec | None = None
    proxy_config: ProxyConfigSpec | None = None
    writes: WritesSpec | None = None
    limit: LimitSpec | None = None
    cost: CostSpec | None = None
    count: CountSpec | None = None
    image: ImageSpec | None = None
    answer: AnswerSpec | None = None
    experiment: PredictionSpec | None = None

    @property
    def kind(self) -> str:
        """The one kind that is set, as the lab file writes it. LabError is raised on loading when it is not one."""
        return next(kind for kind in KINDS if getattr(self, kind.replace("-", "_")) is not None)
