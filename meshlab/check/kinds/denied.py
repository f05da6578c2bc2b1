"""Refused by policy, and not because it is dead, misspelt or gone.

The positive control comes first: the control pair's call must be answered by the application (`denied.dead` else). Without a
control pair, a ready pod of the target must exist. Then each URL, and each selected pod by its own address, must fail with an
allowed class from every ready pod of the caller. Any HTTP answer means reachable, unless its class is allowed; a name that
does not resolve is not a policy (`denied.no-such-name`).
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from meshlab.check.calls import answered, call, callers, carries, gather, shorten, succeeded, url_of
from meshlab.check.findings import Stop, evidence, failed, passed
from meshlab.check.inputs import Inputs
from meshlab.check.verdict import Finding
from meshlab.check.world import CallRequest, Calls, Position, Reply
from meshlab.errors import LabError
from meshlab.lab.address import ObjectRef
from meshlab.lab.checks import Check, DeniedSpec

TIMEOUT_MS = 2000
AT_ONCE = 16
TRIES = 3
"""Calls to each destination: a Service may have pods of which only some are closed."""
ORDER = ("denied.reachable", "denied.no-such-name", "denied.other-error")


class Destination(Struct, frozen=True):
    """Something that must not be reachable."""

    name: str
    url: str
    pod: str = ""


async def look(check: Check, spec: DeniedSpec, inputs: Inputs) -> Finding:
    """The control, then all destinations from all ready callers at once; each that does not answer takes 2 s."""
    positions = await callers(inputs, spec.from_)
    targets = await _destinations(spec, inputs)
    await _control(spec, inputs)
    plans = [(position, target) for position in positions for target in targets if target.pod != position.pod]
    if not plans:
        return failed("denied.no-target", expected=_title(spec), seen="-", target=_title(spec))
    tries = [_call(inputs, position, target, inputs.world.nonce()) for position, target in plans]
    calls = await gather(tries, AT_ONCE)
    results = [(destination, answers) for (_, destination), answers in zip(plans, calls, strict=True)]
    wrong = [
        finding
        for destination, answers in results
        for reply in answers.replies
        if (finding := judge(spec, destination, reply, answers.position))
    ]
    if wrong:
        return min(wrong, key=lambda finding: ORDER.index(finding.reason))
    classes = sorted({reply.error or "-" for _, answers in results for reply in answers.replies})
    seen = [
        {"from": answers.position.pod, "to": destination.url, **shorten(answers.replies[0])} for destination, answers in results
    ]
    return passed(f"{len(plans)} × {', '.join(classes)}", evidence("calls", seen))


def judge(spec: DeniedSpec, target: Destination, reply: Reply, position: Position) -> Finding | None:
    """What is wrong with one call, None when it was refused as it should be."""
    if reply.error in spec.allowed_errors:
        return None
    note = evidence("calls", [{"from": position.pod, "to": target.url, **shorten(reply)}])
    allowed = ", ".join(spec.allowed_errors)
    ends = {"caller": spec.from_, "target": target.name}
    if answered(reply):
        return failed("denied.reachable", note, expected=allowed, seen=str(reply.status), **ends)
    error = reply.error or "-"
    if error == "dns":
        return failed("denied.no-such-name", note, expected=allowed, seen=error, target=target.name)
    return failed("denied.other-error", note, expected=allowed, seen=error, error=error, allowed=allowed, **ends)


async def _control(spec: DeniedSpec, inputs: Inputs) -> None:
    """Stops with `denied.dead` when the control call is not answered by the application itself."""
    if spec.control is None:
        return
    position = (await callers(inputs, spec.control.from_))[0]
    nonce = inputs.world.nonce()
    request = CallRequest(url=url_of(inputs, spec.control.to), n=TRIES, concurrency=TRIES, nonce=nonce)
    replies = (await call(inputs, position, request)).replies
    bad = [reply for reply in replies if not (succeeded(reply) and carries(reply))]
    if bad or not replies:
        note = evidence("control", [shorten(reply) for reply in bad])
        seen = (bad[0].error or "no-nonce") if bad else "-"
        ends = {"caller": spec.control.from_, "target": spec.control.to}
        raise Stop(failed("denied.dead", note, expected="200", seen=seen, **ends))


async def _destinations(spec: DeniedSpec, inputs: Inputs) -> list[Destination]:
    """Everything that must be closed. Stops with `denied.no-target` or `denied.dead` when that could not be shown."""
    if spec.urls and spec.control is None:
        raise LabError("denied urls need a control: a call that shows that what they lead to is alive", key="denied.control")
    targets = [Destination(url, url) for url in spec.urls]
    for service in spec.to:
        if spec.control is None and not any(position.ready for position in await inputs.world.positions(service)):
            raise Stop(failed("denied.dead", expected="ready", seen="-", caller=spec.from_, target=service))
        targets.append(Destination(service, url_of(inputs, service)))
    if spec.pods:
        targets += await _pods(spec, inputs)
    return targets


async def _pods(spec: DeniedSpec, inputs: Inputs) -> list[Destination]:
    ref = ObjectRef(kind="Pod", labels=spec.pods)
    title = _title(spec)
    pods = [pod for pod in await inputs.world.objects(ref) if not pod["metadata"].get("deletionTimestamp")]
    if not pods:
        raise Stop(failed("denied.no-target", expected=title, seen="-", target=title))
    ready = [pod for pod in pods if _ready(pod)]
    if not ready:
        raise Stop(failed("denied.dead", expected="ready", seen="-", caller=spec.from_, target=title))
    return [_pod_destination(pod, spec.port) for pod in ready]


def _title(spec: DeniedSpec) -> str:
    """Everything that must be closed, in short."""
    labels = ",".join(f"{key}={value}" for key, value in sorted(spec.pods.items()))
    return ", ".join([*spec.to, *spec.urls, *([labels] if labels else [])]) or "-"


def _pod_destination(pod: dict[str, Any], port: int) -> Destination:
    address = str(pod["status"]["podIP"])
    host = f"[{address}]" if ":" in address else address
    name = str(pod["metadata"]["name"])
    return Destination(name, f"http://{host}:{port}/", name)


def _ready(pod: dict[str, Any]) -> bool:
    status = pod.get("status", {})
    ready = any(
        condition.get("type") == "Ready" and condition.get("status") == "True" for condition in status.get("conditions") or []
    )
    return ready and bool(status.get("podIP"))


async def _call(inputs: Inputs, position: Position, target: Destination, nonce: str) -> Calls:
    request = CallRequest(url=target.url, n=TRIES, concurrency=TRIES, timeout_ms=TIMEOUT_MS, nonce=nonce)
    return await call(inputs, position, request)
