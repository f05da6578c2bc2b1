"""How many writes touched objects since the lab or the step began, as the observer in the cluster counted them.

Counted also while meshlab is closed. An observer with a gap can tell neither too many nor too few: verdict `error`. Too many
stay too many until a reset: verdict `unrecoverable`, but for those of a phase, which can be run again. Number: `writes`.
"""

from __future__ import annotations

from meshlab.check.context import Context
from meshlab.check.findings import SHOWN, evidence, failed, lost, measured, passed, unknown
from meshlab.check.verdict import Finding, Number
from meshlab.check.world import Write
from meshlab.errors import LabError
from meshlab.lab.address import ObjectRef
from meshlab.lab.checks import Check, WritesSpec


async def look(check: Check, spec: WritesSpec, context: Context) -> Finding:
    """One question to the observer."""
    if any(ref.labels for ref in spec.refs):
        raise LabError("writes are counted by name, not by labels: an observer keeps no labels", key="writes.refs")
    seen = await context.world.writes(spec.since)
    if not seen.complete:
        return unknown("writes.incomplete")
    counted = [write for write in seen.writes if _counts(spec, write, context)]
    note = evidence("writes", counted[-SHOWN:])
    n = len(counted)
    if spec.at_most is not None and n > spec.at_most:
        say = failed if spec.since == "phase-start" else lost
        return say("writes.too-many", note, expected=f"≤ {spec.at_most}", seen=str(n), writes=n, allowed=spec.at_most)
    if spec.at_least is not None and n < spec.at_least:
        return failed("writes.too-few", note, expected=f"≥ {spec.at_least}", seen=str(n), writes=n, wanted=spec.at_least)
    return measured(passed(str(n), note), {"writes": Number(n)})


def _counts(spec: WritesSpec, write: Write, context: Context) -> bool:
    if write.verb not in spec.verbs or (spec.by == "learner" and write.user != "learner"):
        return False
    return any(_touches(write, ref, context) for ref in spec.refs)


def _touches(write: Write, ref: ObjectRef, context: Context) -> bool:
    """Whatever version of the API was used; a namespace that neither has is the cluster's own."""
    same_kind = (_group(write.api_version), write.kind) == (_group(ref.api_version), ref.kind)
    same_place = write.namespace in ("", context.namespace(ref))
    return same_kind and same_place and ref.name in ("", write.name)


def _group(api_version: str) -> str:
    return api_version.rpartition("/")[0]
