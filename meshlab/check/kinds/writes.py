"""How many writes touched objects since the lab or the step began, as the recorder in the cluster counted them.

Counted also while meshlab is closed. A recorder with a gap can tell neither too many nor too few: verdict `error`; so is a
count that hangs on writes of which nobody knows whose they were. Too many stay too many until a reset: verdict
`unrecoverable`, but for those of a phase, which can be run again. Number: `writes`, where it is known exactly.
"""

from __future__ import annotations

from meshlab.check.findings import SHOWN, evidence, failed, measured, passed, unknown, unrecoverable
from meshlab.check.inputs import Inputs
from meshlab.check.verdict import Evidence, Finding, Number
from meshlab.check.world import Write
from meshlab.errors import LabError
from meshlab.lab.address import ObjectRef
from meshlab.lab.checks import Check, WritesSpec


async def look(check: Check, spec: WritesSpec, inputs: Inputs) -> Finding:
    """One question to the recorder."""
    if any(ref.labels for ref in spec.refs):
        raise LabError("writes are counted by name, not by labels: a recorder keeps no labels", key="writes.refs")
    seen = await inputs.world.writes(spec.since)
    if not seen.complete:
        return unknown("writes.incomplete")
    counted = [write for write in seen.writes if _counts(spec, write, inputs)]
    doubtful = sum(1 for write in counted if _doubtful(spec, write))
    return _judge(spec, len(counted) - doubtful, doubtful, evidence("writes", counted[-SHOWN:]))


def _judge(spec: WritesSpec, n: int, doubtful: int, note: Evidence) -> Finding:
    """Of n writes that count for certain and some that may."""
    if spec.at_most is not None and n > spec.at_most:
        conclude = failed if spec.since == "phase-start" else unrecoverable
        return conclude("writes.too-many", note, expected=f"≤ {spec.at_most}", seen=str(n), writes=n, allowed=spec.at_most)
    if spec.at_least is not None and n + doubtful < spec.at_least:
        return failed("writes.too-few", note, expected=f"≥ {spec.at_least}", seen=str(n), writes=n, wanted=spec.at_least)
    too_many = spec.at_most is not None and n + doubtful > spec.at_most
    if too_many or (spec.at_least is not None and n < spec.at_least):
        return unknown("writes.unattributed", note, seen=f"{n}-{n + doubtful}", writes=n, doubtful=doubtful)
    finding = passed(str(n), note)
    return finding if doubtful else measured(finding, {"writes": Number(n)})


def _counts(spec: WritesSpec, write: Write, inputs: Inputs) -> bool:
    """Whether it counts, or may."""
    if write.verb not in spec.verbs or (spec.by == "learner" and write.user not in ("learner", "")):
        return False
    return any(_touches(write, ref, inputs) for ref in spec.refs)


def _doubtful(spec: WritesSpec, write: Write) -> bool:
    """Whether nobody knows whose it was, and that matters."""
    return spec.by == "learner" and not write.user


def _touches(write: Write, ref: ObjectRef, inputs: Inputs) -> bool:
    """Whatever version of the API was used; a namespace that neither has is the cluster's own."""
    same_kind = (_group(write.api_version), write.kind) == (_group(ref.api_version), ref.kind)
    same_place = write.namespace in ("", inputs.namespace(ref))
    return same_kind and same_place and ref.name in ("", write.name)


def _group(api_version: str) -> str:
    return api_version.rpartition("/")[0]
