"""The fault `config-line`: replaces one line of a ConfigMap, to show what one mistake does to all of its readers."""

from __future__ import annotations

from msgspec import structs

from meshlab.cluster.api import Kube
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef
from meshlab.lab.model import Fault
from meshlab.objects.change import touch
from meshlab.objects.names import Object, mounts, ready, ref_of
from meshlab.run.faults import base
from meshlab.run.faults.base import FaultAccess, Inverse


class ConfigLine:
    """`replace` becomes `with` in one key. `restart` also deletes the pods that read it, as if their node had failed.

    With `nudge` the kubelets update the pods at once, without it about a minute later.
    """

    async def plan(self, access: FaultAccess, fault: Fault) -> Inverse:
        text = _text(await base.live_subject(access, fault), fault.key)
        if text is None or fault.replace not in text:
            raise base.missing(fault, f"the line {fault.replace.strip()!r} in {fault.subject.name}")
        return {"text": text}

    async def apply(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        await _write(access, fault, inverse["text"].replace(fault.replace, fault.with_, 1), nudge=fault.nudge)
        if fault.restart:
            await _restart(access, fault, only_broken=False)

    async def undo(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        ref = access.placed(fault.subject)
        live = await (await access.kube(ref)).get(ref)
        text = _text(live or {}, fault.key)
        if text is None:
            return
        repaired = _repaired(text, fault, inverse["text"])
        if repaired != text:
            await _write(access, fault, repaired, nudge=True)
        # Restart readers that crashed on the line now: kubelet would wait for its growing back-off.
        await _restart(access, fault, only_broken=True)

    async def in_force(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> bool:
        return bool(_text(await base.live_subject(access, fault), fault.key) != inverse["text"])


def _repaired(text: str, fault: Fault, original: str) -> str:
    """Restores the line only: the learner may have changed other lines meanwhile."""
    if text == original.replace(fault.replace, fault.with_, 1):
        return original
    if fault.with_ and fault.with_ in text:
        return text.replace(fault.with_, fault.replace, 1)
    return text if fault.replace in text else original


def _text(obj: Object, key: str) -> str | None:
    return (obj.get("data") or {}).get(key)


async def _write(access: FaultAccess, fault: Fault, text: str, *, nudge: bool) -> None:
    ref = access.placed(fault.subject)
    kube = await access.kube(ref)
    await kube.patch(ref, {"data": {fault.key: text}})
    for pod in await _readers(kube, ref) if nudge else ():
        await touch(kube, pod)


async def _restart(access: FaultAccess, fault: Fault, *, only_broken: bool) -> None:
    ref = access.placed(fault.subject)
    kube = await access.kube(ref)
    for pod in await _readers(kube, ref):
        if not (only_broken and ready(pod)):
            await _delete(kube, ref_of(pod))


async def _delete(kube: Kube, ref: ObjectRef) -> None:
    try:
        await kube.delete(ref, grace=0)
    except ClusterError as error:
        if error.status != 404:
            raise


async def _readers(kube: Kube, ref: ObjectRef) -> list[Object]:
    everything = await kube.list(structs.replace(ref, kind="Pod", name="", labels={}))
    return [pod for pod in everything if mounts(pod, ref.name)]
