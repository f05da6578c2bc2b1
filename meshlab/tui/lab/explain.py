"""A check explained at length: its words, its verdict, what was seen."""

from __future__ import annotations

from typing import Any

import msgspec
from textual.content import Content
from textual.dom import DOMNode

from meshlab.check.verdict import Verdict
from meshlab.run.api import Explanation
from meshlab.tui.glyphs import CHECK_GLYPHS, CHECK_MEANINGS
from meshlab.tui.speak import tr
from meshlab.tui.theme import style_of

LONGEST = 200
"""Lines of one piece of evidence that are shown."""


def explanation(node: DOMNode, found: Explanation) -> Content:
    """Everything as content; what came from a cluster is shown as it is."""
    parts = [Content(found.text.why)] if found.text.why else []
    if found.verdict is None:
        return Content("\n\n").join([*parts, Content.styled(tr(node, "evidence.none"), "$muted")])
    parts.append(_verdict(node, found))
    if found.help:
        parts.append(Content(found.help))
    parts += [_evidence(one.title, one.data) for one in found.verdict.evidence]
    return Content("\n\n").join(parts)


def _verdict(node: DOMNode, found: Explanation) -> Content:
    verdict: Verdict | None = found.verdict
    assert verdict is not None
    state = verdict.outcome.value
    style = style_of(CHECK_MEANINGS[state])
    head = Content.assemble((f"{CHECK_GLYPHS[state]} {tr(node, f'outcome.{state}')}", style), f"  {found.reason}")
    facts = {"expected": verdict.expected, "seen": verdict.seen, "waits": verdict.waits_for}
    lines = [Content.assemble((f"{tr(node, f'check.{key}')}  ", "$muted"), text) for key, text in facts.items() if text]
    if verdict.reason:
        lines.append(Content.styled(verdict.reason, "$muted"))
    return Content("\n").join([head, *lines])


def _evidence(title: str, data: Any) -> Content:
    return Content("\n").join([Content.styled(title, "bold $primary"), Content(text_of(data))])


def text_of(data: Any) -> str:
    """Text as it is, anything else as indented JSON, cut where it would never be read."""
    text = data if isinstance(data, str) else msgspec.json.format(msgspec.json.encode(data), indent=2).decode()
    lines = text.splitlines()
    return "\n".join(lines[:LONGEST] + (["…"] if len(lines) > LONGEST else []))
