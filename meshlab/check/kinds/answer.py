"""What the learner answered to a question, against what is right.

The right answer stands in the lab, or is measured when the check runs: a call from a pod, or objects, and a JMESPath query
over what they gave. A query that gives a list names several right answers (a pod's name, or its address). Numbers may be
off by `tolerance`, in the unit of the answer. Neither the finding nor its evidence tells the right answer.
"""

from __future__ import annotations

from typing import Any

from meshlab.check.calls import call, callers, url_of
from meshlab.check.conditions import QueryTypeError, query
from meshlab.check.findings import failed, passed, unknown
from meshlab.check.inputs import Inputs
from meshlab.check.verdict import Finding
from meshlab.check.world import CallRequest
from meshlab.lab.checks import AnswerSpec, Check, Measured


async def look(check: Check, spec: AnswerSpec, inputs: Inputs) -> Finding:
    """At most one call or one list request."""
    given = await inputs.world.answer(check.id)
    if given is None or not given.strip():
        return failed("answer.missing")
    if spec.kind == "number" and number(given) is None:
        return failed("answer.not-a-number", seen=given, answer=given)
    right = await measure(spec.measured, inputs) if spec.measured else [spec.equals]
    if not right:
        return unknown("answer.unmeasured")
    if any(same(spec, given, option) for option in right):
        return passed(given.strip())
    return failed("answer.wrong", seen=given.strip())


async def measure(measured: Measured, inputs: Inputs) -> list[str]:
    """All right answers as text; none when nothing could be measured."""
    if measured.object is not None:
        objects = await inputs.world.objects(measured.object)
        data: Any = (objects[0] if objects else None) if measured.object.name else objects
    else:
        data = await _called(measured, inputs)
    try:
        value = query(measured.query, data)
    except QueryTypeError:
        return []
    values = value if isinstance(value, list) else [value]
    return [_text(item) for item in values if item is not None and item != ""]


async def _called(measured: Measured, inputs: Inputs) -> Any:
    """The answer as the shop's admin API gives it, with the whole tree below it."""
    position = (await callers(inputs, measured.from_))[0]
    nonce = inputs.world.nonce()
    depth = {"x-meshlab-depth": "9"} | measured.headers
    request = CallRequest(url=url_of(inputs, measured.to), headers=depth, nonce=nonce)
    calls = await call(inputs, position, request)
    reply = calls.replies[0]
    return {"status": reply.status, "ms": reply.ms, "error": reply.error, "headers": reply.headers, "peer": reply.peer} | {
        "tree": reply.tree
    }


def same(spec: AnswerSpec, given: str, right: str) -> bool:
    """Numbers within the tolerance; text without regard to case and surrounding space."""
    if spec.kind == "number":
        first, second = number(given), number(right)
        return first is not None and second is not None and abs(first - second) <= spec.tolerance
    return given.strip().casefold() == right.strip().casefold()


def number(text: str) -> float | None:
    """The number that the text is, a decimal comma allowed."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
