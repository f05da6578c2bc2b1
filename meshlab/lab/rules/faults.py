"""A fault has what its kind needs, and a target."""

from __future__ import annotations

from collections.abc import Iterator

from meshlab.lab import model
from meshlab.lab.problem import Key, Mistake
from meshlab.lab.rules import walk

NEEDED: dict[str, tuple[str, ...]] = {
    "scale": ("replicas",),
    "label-node": ("labels",),
    "config-line": ("key", "replace"),
    "set-env": ("key", "with"),
    "slow-service": ("milliseconds",),
    "fail-service": ("error-rate",),
    "drop-route": ("key",),
    "load": ("url",),
}
"""Kind of fault to the keys without which it would do nothing."""


def rule(lab: model.Lab) -> Iterator[Mistake]:
    """Every fault of every phase."""
    for key, experiment in walk.experiments(lab):
        for i, phase in enumerate(experiment.phases):
            for j, fault in enumerate(phase.apply):
                yield from _incomplete((*key, "phases", i, "apply", j), fault)


def _incomplete(key: Key, fault: model.Fault) -> Iterator[Mistake]:
    for name in NEEDED.get(fault.kind, ()):
        value = getattr(fault, "with_" if name == "with" else name.replace("-", "_"))
        if value is None or (not value and name != "replicas"):
            yield Mistake(key, f"a fault of kind `{fault.kind}` needs `{name}`", "fault")
    if not fault.subject.name and not fault.subject.labels:
        yield Mistake((*key, "target"), "a fault's target has a name or labels", "fault")
