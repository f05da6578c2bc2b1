"""One traced request drawn hop by hop: a tree of (text, meaning) rows that a command prints and a screen colours.

Meanings: `name`, `proxy`, `ok`, `warn`, `error`, `idle`, `head`, `accent`; "" is plain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from meshlab.report.matrix_text import clip, pad, width
from meshlab.report.nodes import shortened
from meshlab.run.api import Hop, Trace
from meshlab.words import say, tell

Segment = tuple[str, str]
Row = list[Segment]

GLYPHS = {"client": "○", "proxy": "◆", "service": "●"}
BAR, SHORTEST_BAR = 12, 4
PLACE = 12
"""Columns below which a name says nothing."""
MUCH = 999
BRANCH, LAST, RAIL, GAP = "├─▶ ", "╰─▶ ", "│   ", "    "


def trace_text(trace: Trace, language: str = "en") -> str:
    """The drawing as plain text."""
    return "\n".join("".join(text for text, _ in row).rstrip() for row in trace_rows(trace, language))


def told(trace: Trace, language: str) -> Trace:
    """The trace with every sentence in it in the reader's language."""
    missing = tuple(tell(what, language) for what in trace.missing)
    return replace(trace, root=_told(trace.root, language), missing=missing)


def _told(hop: Hop, language: str) -> Hop:
    return replace(hop, detail=tell(hop.detail, language), hops=tuple(_told(one, language) for one in hop.hops))


def trace_rows(trace: Trace, language: str = "en", space: int = 0) -> list[Row]:
    """Head line, one row a hop, what could not be read.

    space: columns at most, for which bars get shorter and pods are left out; 0: as many as it takes.
    """
    trace = told(trace, language)
    hops = list(_walk(trace.root, "", ""))
    names = [_name(hop, language) for _, hop in hops]
    widest = max(width(stem + name) for (stem, _), name in zip(hops, names, strict=True))
    errors = max(width(hop.error) for _, hop in hops)
    nodes = shortened(hop.node for _, hop in hops)
    places = [_place(hop, nodes) for _, hop in hops]
    size = _sizes(widest, errors, max(map(width, places)), space)
    rows = [_head(trace), []]
    each = zip(hops, names, places, strict=True)
    rows += [_hop(stem, hop, name, place, size, trace.ms) for (stem, hop), name, place in each]
    missing = [[("! ", "warn"), (say("tui.trace.missing", language, what=what), "warn")] for what in trace.missing]
    return rows + ([[]] if missing else []) + missing


def reveal(rows: list[Row], hops: int) -> list[Row]:
    """The drawing as it stands when the request has made that many hops."""
    return rows[: 2 + hops]


def _head(trace: Trace) -> Row:
    status = str(trace.status) if trace.status else "–"
    return [
        (f"GET {trace.url}  ", "name"),
        (status, _meaning(trace.status)),
        (f"  {trace.ms:.1f} ms", ""),
        (f"  {trace.nonce}", "idle"),
    ]


def _walk(hop: Hop, stem: str, below: str) -> Iterator[tuple[str, Hop]]:
    yield stem, hop
    for index, child in enumerate(hop.hops):
        last = index == len(hop.hops) - 1
        yield from _walk(child, below + (LAST if last else BRANCH), below + (GAP if last else RAIL))


def _name(hop: Hop, language: str) -> str:
    name = say("tui.trace.you", language) if hop.kind == "client" and hop.name == "you" else hop.name
    return f"{GLYPHS[hop.kind]} {name} {hop.version}".rstrip()


def _place(hop: Hop, nodes: Mapping[str, str]) -> str:
    return "@".join(part for part in (hop.pod, nodes.get(hop.node, "")) if part)


class Sizes(NamedTuple):
    """Columns of the parts of a hop's row; a place or a detail of 0 is left out."""

    names: int
    errors: int
    bar: int
    place: int
    detail: int


def _sizes(names: int, errors: int, places: int, space: int) -> Sizes:
    """What fits: names, status and time always, then errors, the bar, where it ran, and what else is told."""
    if not space:
        return Sizes(names, errors, BAR, places, MUCH)
    left = space - names - 5 - 11 - 2 - (errors + 2 if errors else 0)
    bar = max(SHORTEST_BAR, min(BAR, left))
    place = min(places, left - bar - 2)
    detail = left - bar - 2 - place - 2
    return Sizes(names, errors, bar, place if place >= PLACE else 0, detail if detail >= PLACE else 0)


def _hop(stem: str, hop: Hop, name: str, place: str, size: Sizes, whole: float) -> Row:
    glyph = "proxy" if hop.kind == "proxy" else _meaning(hop.status) if hop.kind == "service" else "idle"
    time = f"{hop.ms:8.1f} ms" if hop.ms is not None else " " * 11
    row: Row = [
        (stem, "idle"),
        (f"{GLYPHS[hop.kind]} ", glyph),
        (pad(name[2:], size.names - width(stem) - 2), "proxy" if hop.kind == "proxy" else "name"),
        (f"  {str(hop.status) if hop.status else '  –'}", _meaning(hop.status)),
        (time, ""),
        ("  ", ""),
        *_bar(hop.ms, whole, size.bar),
        (f"  {pad(hop.error, size.errors)}" if size.errors else "", "error"),
        (f"  {pad(clip(place, size.place), size.place)}" if place and size.place else "", "idle"),
        (f"  {clip(str(hop.detail), size.detail)}" if hop.detail and size.detail else "", ""),
    ]
    return row


def _bar(ms: float | None, whole: float, size: int) -> Row:
    full = min(size, max(1, round(size * ms / whole))) if ms and whole else 0
    return [("━" * full, "accent"), ("─" * (size - full), "idle")]


def _meaning(status: int) -> str:
    if not status:
        return "error"
    return "ok" if status < 400 else "warn" if status < 500 else "error"
