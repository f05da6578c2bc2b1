"""All about the highlighted stage: drawing, claim, lab."""

from __future__ import annotations

from textual.content import Content
from textual.dom import DOMNode

from meshlab.run.api import LabSummary
from meshlab.tui.phases import bar
from meshlab.tui.pictures import picture
from meshlab.tui.road import Stop
from meshlab.tui.speak import has_words, tr
from meshlab.tui.widgets.drawing import content_of, row_content

BAR = 18


def stage_detail(node: DOMNode, stop: Stop, *, roomy: bool) -> Content:
    """Paragraphs for the detail pane; where there is little room the lab comes first and the drawing last."""
    parts = [Content.styled(tr(node, f"stage.{stop.stage}.title"), "bold $primary")]
    lab = _lab(node, stop.lab) if stop.lab else Content.styled(tr(node, "home.no-lab"), "$muted")
    drawing = content_of(picture(stop.stage))
    parts.append(drawing if roomy else lab)
    for topic in ("what", "claim"):
        if has_words(f"stage.{stop.stage}.{topic}"):
            head = Content.styled(tr(node, f"home.{topic}"), "$accent")
            parts.append(Content("\n").join([head, Content(tr(node, f"stage.{stop.stage}.{topic}"))]))
    parts.append(lab if roomy else drawing)
    return Content("\n\n").join(parts)


def _lab(node: DOMNode, lab: LabSummary) -> Content:
    if lab.broken:
        return Content.assemble(("✘ ", "$error"), lab.broken)
    share = lab.steps_done / lab.steps if lab.steps else 0
    lines = [
        Content.assemble((tr(node, "home.lab"), "$accent"), f"  {lab.title}", (f"  {lab.id}", "$muted")),
        Content.assemble(row_content(bar(share, BAR)), f"  {tr(node, 'home.steps', done=lab.steps_done, steps=lab.steps)}"),
        Content(tr(node, f"state.{lab.state}") + "  " + tr(node, "home.left", minutes=lab.minutes_left or lab.minutes)),
        Content.styled(tr(node, f"proof.{lab.proof}"), "$success" if lab.proof == "proven" else "$muted"),
    ]
    why = [Content(""), Content(lab.why)] if lab.why else []
    return Content("\n").join([*lines, *why])
