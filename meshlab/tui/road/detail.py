"""All about the highlighted stage: drawing, claim, lab."""

from __future__ import annotations

from functools import partial

from textual.content import Content
from textual.dom import DOMNode

from meshlab.report.wrap import wrap
from meshlab.run.api import LabSummary
from meshlab.tui.preparing.phases import bar
from meshlab.tui.road.pictures import picture
from meshlab.tui.road.road import PASSED, STARTED, Stop
from meshlab.tui.road.rows import PROOFS, node, time_left
from meshlab.tui.theme import style_of
from meshlab.tui.translation import has_words, recorded, tour, tr
from meshlab.tui.widgets.drawing import content_of, row_content

BAR = 24


def stage_detail(widget: DOMNode, stop: Stop, space: int, *, roomy: bool) -> Content:
    """Paragraphs for the detail pane; where there is little room the lab comes first and the drawing last."""
    lab = _lab(widget, stop.lab, space) if stop.lab else Content.styled(tr(widget, "home.no-lab"), "$muted")
    drawing = content_of(picture(stop.stage))
    first, last = (drawing, lab) if roomy else (lab, drawing)
    return Content("\n\n").join([first, *_topics(widget, stop, space), last])


def _topics(widget: DOMNode, stop: Stop, space: int) -> list[Content]:
    """What the stage is, and its claim: of a stage without a lab nothing can be tested yet."""
    heads = {"what": "home.what", "claim": "home.claim" if stop.lab else "home.claim-later"}
    topics = [topic for topic in heads if has_words(f"stage.{stop.stage}.{topic}")]
    return [
        Content.assemble((tr(widget, heads[topic]), "$accent"), "\n", _lines(tr(widget, f"stage.{stop.stage}.{topic}"), space))
        for topic in topics
    ]


def _lines(text: str, space: int) -> str:
    # Textual breaks Chinese only at spaces.
    return "\n".join(wrap(text, max(20, space)))


def _lab(widget: DOMNode, lab: LabSummary, space: int) -> Content:
    if lab.broken:
        return Content.assemble(("✘ ", "$error"), lab.broken)
    share = lab.steps_done / lab.steps if lab.steps else 0
    dot, look = node(lab)
    glyph, meaning = PROOFS[lab.proof]
    steps = tr(widget, "home.steps", done=lab.steps_done, steps=lab.steps)
    time = time_left(lab, partial(tr, widget))
    lines = [
        Content.assemble((tr(widget, "home.lab"), "$accent"), f"  {lab.title}", (f"  {lab.id}", "$muted")),
        Content.assemble(row_content(bar(share, BAR, look)), f"  {steps}", (f"  {time}", "$muted")),
        Content.assemble((f"{dot} ", style_of(look)), f"{tr(widget, f'state.{lab.state}')} {_enter(widget, lab)}"),
        Content.styled(f"{glyph} {tr(widget, f'proof.{lab.proof}')}", style_of(meaning)),
    ]
    why = [Content(""), Content(_lines(lab.why, space))] if lab.why else []
    return Content("\n").join([*lines, *_recording(widget, lab, space), *why])


def _recording(widget: DOMNode, lab: LabSummary, space: int) -> list[Content]:
    """Whether it can be watched, here or by a command."""
    here = recorded(widget)
    if lab.recorded:
        words = tour(widget, "has") if here else tour(widget, "has.start", lab=lab.id)
        return [Content.styled(_lines(f"▶ {words}", space), "$accent" if here else "$muted")]
    return [Content.styled(_lines(tour(widget, "has-not", lab=lab.id), space), "$muted")] if here else []


def _enter(widget: DOMNode, lab: LabSummary) -> str:
    if lab.state in PASSED:
        return tr(widget, "home.enter-again")
    if lab.state in STARTED or lab.steps_done:
        return tr(widget, "home.enter-on", step=lab.step, steps=lab.steps)
    return tr(widget, "home.enter-first")
