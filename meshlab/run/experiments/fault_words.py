"""What a fault does, as words that its reader's language is not known of yet."""

from __future__ import annotations

from meshlab.lab.address import describe
from meshlab.lab.model import Fault
from meshlab.words import Words


def announcement(kind: str, fault: Fault) -> Words:
    """Says that the learner should apply the fault (kind `waiting`), that it is undone (`undo`), or that it is in force."""
    if kind == "waiting":
        return Words("faults.yours", {"what": sentence(fault)})
    return Words("faults.undone", {"what": sentence(fault)}) if kind == "undo" else sentence(fault)


def sentence(fault: Fault) -> Words:
    """Says what the fault does to which object."""
    facts = {
        "target": describe(fault.subject),
        "replicas": str(fault.replicas),
        "labels": ", ".join(f"{key}={value}" for key, value in fault.labels.items()),
        "replace": fault.replace.strip(),
        "with": fault.with_.strip(),
        "milliseconds": str(fault.milliseconds),
        "key": fault.key,
        "network": fault.key,
        "url": fault.url,
    }
    return Words(f"faults.{fault.kind}", {**facts})
