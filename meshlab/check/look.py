"""One look of one check, whatever happens: every error becomes a finding with a sentence."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from meshlab.check import kinds
from meshlab.check.context import Context
from meshlab.check.findings import evidence, unknown
from meshlab.check.verdict import Finding
from meshlab.errors import LabError, MeshlabError
from meshlab.lab.checks import Check

if TYPE_CHECKING:
    from meshlab.check.record import Recorder

LIMIT = 300.0
"""Seconds after which a look that does not end is given up."""


async def safe_look(check: Check, context: Context, recorder: Recorder | None = None) -> Finding:
    """Never raises but for cancellation. With a recorder, what the look saw is kept as a fixture."""
    if recorder is None:
        return await _guarded(check, context)
    from meshlab.check.record import RecordingWorld

    recording = RecordingWorld(context.world)
    finding = await _guarded(check, Context(context.lab, recording))
    recorder.keep(recording, context.lab, check, finding)
    return finding


async def _guarded(check: Check, context: Context) -> Finding:
    limit = asyncio.timeout(LIMIT)
    try:
        async with limit:
            return await kinds.look(check, context)
    except LabError as error:
        return unknown("engine.lab", seen=str(error), message=_sentence(error, str(error)))
    except MeshlabError as error:
        return unknown("engine.environment", seen=error.message, message=_sentence(error, error.message))
    except Exception as error:  # a mistake of ours must not be taken for the learner's
        if limit.expired():
            return unknown("engine.timeout", seconds=LIMIT)
        name = type(error).__name__
        return unknown("engine.unexpected", evidence("exception", {"type": name, "message": str(error)}), seen=name, type=name)


def _sentence(error: MeshlabError, message: str) -> str:
    return f"{message} {error.hint}".strip()
