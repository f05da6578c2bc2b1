"""The debrief as text: two columns where they fit, else one below the other."""

from __future__ import annotations

from itertools import zip_longest

from meshlab.report.matrix_text import width as cells
from meshlab.run.api import Debrief, ObjectPair
from meshlab.words import say, tell

NARROWEST = 110
"""Columns from which two objects stand side by side."""
BETWEEN = " │ "


def debrief_text(debrief: Debrief, language: str, width: int) -> str:
    """Markdown of what the step was about, then each pair of objects."""
    parts = [debrief.text.strip(), *(_pair(one, language, width) for one in debrief.objects)]
    return "\n\n".join(part for part in parts if part)


def _pair(pair: ObjectPair, language: str, width: int) -> str:
    titles = say("run.debrief.reference", language), say("run.debrief.yours", language)
    parts = [f"### {pair.name}"]
    if pair.reference and pair.own and width >= NARROWEST:
        parts.append(beside(f"{titles[0]}\n\n{pair.reference}", f"{titles[1]}\n\n{pair.own}", width))
    else:
        parts += [
            f"{title}\n\n```yaml\n{text}```" for title, text in zip(titles, (pair.reference, pair.own), strict=True) if text
        ]
    return "\n\n".join([*parts, tell(pair.note, language)] if pair.note else parts)


def beside(left: str, right: str, width: int) -> str:
    """Two texts in columns of equal width; longer lines go on in the next row."""
    room = (width - len(BETWEEN)) // 2
    rows = zip_longest(_folded(left, room), _folded(right, room), fillvalue="")
    return "\n".join(f"{one}{' ' * (room - cells(one))}{BETWEEN}{other}".rstrip() for one, other in rows)


def _folded(text: str, room: int) -> list[str]:
    """Cut, not wrapped: the indent of YAML means something."""
    rows = [""]
    for char in text.removesuffix("\n"):
        if char == "\n" or cells(rows[-1] + char) > room:
            rows.append("")
        rows[-1] += char if char != "\n" else ""
    return rows
