"""One stop of the road as rows of (text, meaning): number, rail, node, title, progress, time, proof. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from meshlab.report.matrix_text import clip, pad, width
from meshlab.run.api import LabSummary
from meshlab.tui.lab.topology.model import Row
from meshlab.tui.preparing.phases import bar
from meshlab.tui.road.road import PASSED, STAGES, STARTED, Stop, minutes_left

Speak = Callable[..., str]
"""Words of `home.*` and others in the language spoken now."""

RAIL = 7
"""Columns of place, number, rail and node, with the space around them."""
COUNT, TIME, PROOF = 5, 13, 13
BARS = (6, 20)
PROOFS = {"proven": ("✔", "ok"), "stale": ("!", "warn"), "missing": ("·", "idle")}
RECORDED = {True: ("▶", "accent"), False: ("·", "idle")}


@dataclass(frozen=True)
class Bend:
    """How a stop stands on the road."""

    here: bool = False
    """Whether the learner goes on here."""
    first: bool = False
    last: bool = False
    tour: bool = False
    """Whether recordings are watched: they stand in the place of proofs then."""


def lines_a_stop(stops: int, height: int) -> int:
    """3, 2 or 1: as airy as the height allows with the whole road in sight."""
    return next((lines for lines in (3, 2) if stops * lines - (lines - 2) <= height), 1)


def stop_rows(stop: Stop, bend: Bend, lines: int, space: int, speak: Speak) -> list[Row]:
    """The stop in that many lines, each at most `space` columns wide."""
    if lines == 1:
        return [[*_head(stop, bend, joined=True), *_short(stop, bend, space - RAIL, speak)]]
    rail: Row = [("    ", ""), (" ", "") if bend.last else rail_of(stop.lab), ("  ", "")]
    rows: list[Row] = [[*_head(stop, bend, joined=False), *_title(stop, bend, space - RAIL, speak)]]
    rows.append([*rail, *progress(stop.lab, space - RAIL, speak, tour=bend.tour)])
    return [*rows, rail][:lines] if not bend.last else rows


def node(lab: LabSummary | None) -> tuple[str, str]:
    """The glyph of a stop and its meaning."""
    if lab is None:
        return "○", "idle"
    if lab.broken:
        return "✘", "error"
    if lab.state in PASSED:
        return "✔", "ok"
    return ("◉", "accent") if lab.state in STARTED else ("●", "head")


def rail_of(lab: LabSummary | None) -> tuple[str, str]:
    """The road behind a stop: walked, begun, open, or not built yet."""
    if lab is None:
        return "┊", "idle"
    if lab.state in PASSED:
        return "┃", "ok"
    return ("┃", "accent") if lab.state in STARTED else ("│", "head")


def _head(stop: Stop, bend: Bend, *, joined: bool) -> Row:
    number = (stop.stage if len(stop.stage) == 1 else "+") if stop.first else " "
    glyph, meaning = node(stop.lab)
    gutter: Row = [("▶" if bend.here else " ", "mark"), (f" {number} ", "idle")]
    if joined:
        heavy = stop.lab is not None and stop.lab.state in (*PASSED, *STARTED)
        knot = ("┏" if bend.first else "┗" if bend.last else "┣") if heavy else "╭" if bend.first else "╰" if bend.last else "├"
        return [*gutter, (knot, rail_of(stop.lab)[1]), (f"{glyph} ", meaning)]
    return [*gutter, (glyph, meaning), ("  ", "")]


def _names(stop: Stop, speak: Speak) -> tuple[str, str]:
    """The stage's name where it begins; the lab's where it says more."""
    stage = speak(f"stage.{stop.stage}.title") if stop.first and stop.stage in STAGES else ""
    lab = stop.lab.title if stop.lab else ""
    return (stage, "" if lab.casefold() == stage.casefold() else lab) if stage else (lab, "")


def _title(stop: Stop, bend: Bend, space: int, speak: Speak) -> Row:
    name, more = _names(stop, speak)
    here = f"◀ {speak('home.here')}" if bend.here else ""
    room = space - (width(here) + 2 if here else 0)
    name = clip(name, room)
    row: Row = [(name, "name" if stop.lab else "idle")]
    if more and room - width(name) > 10:
        row.append((clip(f"  {more}", room - width(name)), "idle"))
    if here:
        row += [(" " * (space - sum(width(text) for text, _ in row) - width(here)), ""), (here, "accent")]
    return row


def _short(stop: Stop, bend: Bend, space: int, speak: Speak) -> Row:
    """Title and progress in one line."""
    name = _names(stop, speak)[0]
    room = min(max(12, space - COUNT - TIME - PROOF - BARS[0] - 8), space - COUNT - TIME - 6)
    title: Row = [(pad(clip(name, room), room), "name" if stop.lab else "idle"), (" ", "")]
    return [*title, *progress(stop.lab, space - room - 1, speak, tour=bend.tour)]


def progress(lab: LabSummary | None, space: int, speak: Speak, *, tour: bool = False) -> Row:
    """Bar, steps, time, proof (tour: recording); or why there are none."""
    if lab is None:
        return [(clip(speak("home.later"), space), "idle")]
    if lab.broken:
        return [(clip(f"{lab.id}: {lab.broken}", space), "error")]
    count, time = f"{lab.steps_done}/{lab.steps}", time_left(lab, speak)
    glyph, meaning = RECORDED[lab.recorded] if tour else PROOFS[lab.proof]
    word = ("recorded" if lab.recorded else "not-recorded") if tour else f"proof-{lab.proof}"
    proof = f"{glyph} {speak(f'home.{word}')}"
    size = min(BARS[1], space - COUNT - TIME - PROOF - 4)
    drawn = bar(lab.steps_done / lab.steps if lab.steps else 0, size, node(lab)[1]) if size >= BARS[0] - 2 else []
    row: Row = [*drawn, (f" {count:<{COUNT}} ", ""), (f"{pad(time, TIME)}  ", "idle")]
    # Where there is no room for the word, the glyph stays; the detail beside says it.
    room = space - sum(width(text) for text, _ in row)
    return [*row, (proof if width(proof) <= room else glyph if room else "", meaning)]


def time_left(lab: LabSummary, speak: Speak) -> str:
    """`48 min left`, `90 min` before the first step, `done`."""
    if lab.state in PASSED:
        return speak("home.done")
    begun = lab.steps_done or lab.state in STARTED
    return speak("home.left" if begun else "home.minutes", minutes=minutes_left(lab))


def hours(minutes: int, speak: Speak) -> str:
    """`6 h 20 min`, `45 min`."""
    if minutes < 60:
        return speak("home.minutes", minutes=minutes)
    return speak("home.hours", hours=minutes // 60, minutes=minutes % 60)
