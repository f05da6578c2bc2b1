"""Plots as inline SVG: no script, no network. Colours are the page's own, so that they follow light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import floor, log10

from msgspec import Struct

from meshlab.check.verdict import Reach

WIDTH, HEIGHT = 460, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 16, 34
SIDE = 26
"""Of a heat map's cell."""


class Bar(Struct, frozen=True):
    """One bar; without a value its place stays empty."""

    label: str
    value: float | None
    text: str
    interval: tuple[float, float] | None = None


def bars(title: str, series: Sequence[Bar]) -> str:
    """Bars from zero, with whiskers for intervals and a scale of round numbers."""
    known = [end for bar in series if bar.value is not None for end in (bar.value, *(bar.interval or ()))]
    ticks = scale(min([0.0, *known]), max([0.0, *known]))
    low, high = ticks[0], ticks[-1]

    def y(value: float) -> float:
        return TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM)

    step = (WIDTH - LEFT - RIGHT) / max(1, len(series))
    parts = [_tick(tick, y(tick)) for tick in ticks]
    for index, bar in enumerate(series):
        middle = LEFT + step * (index + 0.5)
        label = escape(bar.label)
        parts.append(f'<text x="{middle:.1f}" y="{HEIGHT - 12}" class="label" text-anchor="middle">{label}</text>')
        if bar.value is None:
            parts.append(f'<text x="{middle:.1f}" y="{y(0) - 6:.1f}" class="gap" text-anchor="middle">?</text>')
        else:
            parts.append(_bar(bar, middle, min(48.0, step * 0.6), y(0), y(bar.value)))
        if bar.interval is not None:
            parts.append(_whisker(middle, y(bar.interval[0]), y(bar.interval[1])))
    return _svg(WIDTH, HEIGHT, title, "bars", parts)


def scale(low: float, high: float) -> list[float]:
    """Round numbers that hold low and high, some four or five of them."""
    span = (high - low) or 1.0
    step = 10.0 ** floor(log10(span / 4))
    step *= next(factor for factor in (1, 2, 5, 10) if span / (step * factor) <= 5)
    first = floor(low / step)
    count = first
    while count * step < high - step * 1e-9:
        count += 1
    return [number * step for number in range(first, max(count, first + 1) + 1)]


def heat(title: str, reach: Reach) -> str:
    """Callers down, callees across; how much of a cell is cut off says its colour, its glyph says it too."""
    left = 12 + 7 * max((len(row) for row in reach.rows), default=0)
    top = 14 + 6 * max((len(column) for column in reach.columns), default=0)
    width, height = left + SIDE * len(reach.columns) + 60, top + SIDE * len(reach.rows) + 8
    parts = [_slanted(column, left + SIDE * (index + 0.5), top - 6) for index, column in enumerate(reach.columns)]
    for down, (row, shares) in enumerate(zip(reach.rows, reach.shares, strict=True)):
        y = top + SIDE * down
        parts.append(f'<text x="{left - 6}" y="{y + 17}" class="label" text-anchor="end">{escape(row)}</text>')
        for across, share in enumerate(shares):
            parts.append(_cell(left + SIDE * across, y, share, f"{row} → {reach.columns[across]}"))
    return _svg(width, height, title, "heat", parts)


def _slanted(text: str, x: float, y: float) -> str:
    return f'<text transform="translate({x:.1f} {y:.1f}) rotate(-45)" class="label">{escape(text)}</text>'


def _cell(x: float, y: float, share: float | None, name: str) -> str:
    kind = "none" if share is None else "through" if share == 1 else "cut" if share == 0 else "some"
    glyph = {"none": "·", "through": "✔", "cut": "✘", "some": "◐"}[kind]
    said = escape(f"{name}: {'–' if share is None else f'{100 * share:.0f} %'}")
    box = f'<rect x="{x + 1}" y="{y + 1}" width="{SIDE - 2}" height="{SIDE - 2}" rx="3" class="{kind}"/>'
    mark = f'<text x="{x + SIDE / 2}" y="{y + 18}" class="glyph" text-anchor="middle">{glyph}</text>'
    return f"<g><title>{said}</title>{box}{mark}</g>"


def _tick(value: float, y: float) -> str:
    line = f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="{"zero" if value == 0 else "grid"}"/>'
    return f'{line}<text x="{LEFT - 6}" y="{y + 4:.1f}" class="tick" text-anchor="end">{value:.6g}</text>'


def _bar(bar: Bar, middle: float, width: float, zero: float, y: float) -> str:
    top, size = min(zero, y), max(abs(zero - y), 1.0)
    box = f'<rect x="{middle - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" height="{size:.1f}" rx="2" class="bar"/>'
    said = escape(f"{bar.label}: {bar.text}")
    return (
        f'<g><title>{said}</title>{box}<text x="{middle + 4:.1f}" y="{top - 4:.1f}" class="value">{escape(bar.text)}</text></g>'
    )


def _whisker(x: float, low: float, high: float) -> str:
    ends = "".join(f'<line x1="{x - 6:.1f}" x2="{x + 6:.1f}" y1="{y:.1f}" y2="{y:.1f}" class="whisker"/>' for y in (low, high))
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}" class="whisker"/>{ends}'


def _svg(width: float, height: float, title: str, kind: str, parts: Sequence[str]) -> str:
    head = f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" role="img" class="{kind}">'
    return f"{head}<title>{escape(title)}</title>{''.join(parts)}</svg>"
