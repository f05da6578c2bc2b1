"""What a fault does, as a sentence."""

from __future__ import annotations

from meshlab.lab.address import describe
from meshlab.lab.model import Fault
from meshlab.words import say


def announcement(kind: str, fault: Fault, language: str) -> str:
    """As an experiment tells it: `waiting` for the learner to do it, `undo`, else that it is in force."""
    what = sentence(fault, language)
    key = {"waiting": "yours", "undo": "undone"}.get(kind)
    return say(f"faults.{key}", language, what=what) if key else what


def sentence(fault: Fault, language: str) -> str:
    """What it does to what."""
    facts = {
        "target": describe(fault.subject),
        "replicas": fault.replicas,
        "labels": ", ".join(f"{key}={value}" for key, value in fault.labels.items()),
        "replace": fault.replace.strip(),
        "with": fault.with_.strip(),
        "milliseconds": fault.milliseconds,
        "key": fault.key,
        "network": fault.key,
        "url": fault.url,
    }
    return say(f"faults.{fault.kind}", language, **facts)
