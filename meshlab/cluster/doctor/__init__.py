"""doctor: what would go wrong on this machine, named before it does. Facts are gathered once, rules are pure, and nothing is
repaired here.
"""

from __future__ import annotations

from meshlab.cluster.doctor.model import Diagnosis, Facts
from meshlab.cluster.doctor.rules import RULES
from meshlab.words import say, tell

__all__ = ["Diagnosis", "Facts", "examine", "judge"]


async def examine(language: str = "en") -> list[Diagnosis]:
    """Look at this machine and judge it by every rule."""
    from meshlab.cluster.doctor.gather import gather

    return judge(await gather(), language)


def judge(facts: Facts, language: str = "en") -> list[Diagnosis]:
    """Every rule's diagnosis, problems first. A rule that does not apply here gives none."""
    order = {"problem": 0, "warning": 1, "unknown": 2, "note": 3, "ok": 4}
    diagnoses = [diagnosis for name in RULES if (diagnosis := _diagnosis(name, facts, language))]
    return sorted(diagnoses, key=lambda diagnosis: order[diagnosis.state])


def _diagnosis(name: str, facts: Facts, language: str) -> Diagnosis | None:
    ruling = RULES[name](facts)
    if ruling is None:
        return None
    text = say(f"doctor.{name}.{ruling.state}", language, **ruling.parameters)
    key = "fix-by-hand" if ruling.why else "fix"
    why = tell(ruling.why, language)
    fix = say(f"doctor.{name}.{key}", language, why=why, **ruling.parameters) if ruling.state in {"problem", "warning"} else ""
    return Diagnosis(id=name, state=ruling.state, text=text, fix=fix, parameters=ruling.parameters)
