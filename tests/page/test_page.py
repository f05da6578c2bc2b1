"""The exported comparison in a real browser: it draws everything, in light and dark, wide and narrow, and asks nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from meshlab.lab.comparison import ROWS
from meshlab.report.compare.html import compare_html
from tests.page.browser import Tab, find, tab
from tests.unit.report.compare_sample import sample

MISSING = "There is no browser: `make test` brings one as root on Debian; elsewhere install Chromium or Chrome."
CONTRAST = """(() => {
  const light = text => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map(v => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  const ratio = ink => { const [a, b] = [light(ink), paper].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); };
  const all = "h1, h2, p, td, th, td small, svg text.tick, svg text.label, svg text.value";
  return [...document.querySelectorAll(all)].map(one => {
    const style = getComputedStyle(one); return ratio(one.closest("svg") ? style.fill : style.color); });
})()"""
"""WCAG contrast of every kind of text against the page."""


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tab]:
    """One browser for all of them: starting one takes longer than all they do."""
    if not find():
        pytest.fail(MISSING)
    async with tab(tmp_path_factory.mktemp("browser")) as one:
        yield one


@pytest.fixture(params=["en", "zh"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    made = tmp_path / f"{request.param}.html"
    made.write_text(compare_html(sample(request.param), request.param), encoding="utf-8")
    return made


async def test_it_is_drawn_whole_without_a_network(page: Tab, file: Path) -> None:
    await page.show(file, scheme="light", width=1280)
    assert page.requests == [file.as_uri()]
    assert page.complaints == []
    assert await page.ask("document.documentElement.lang.slice(0, 2)") == file.stem
    assert await page.ask("document.querySelectorAll('#stages tbody td').length") == len(ROWS) * 5
    boxes = await page.ask(
        "[...document.querySelectorAll('svg, svg rect')].map(o => o.getBoundingClientRect()).map(b => [b.width, b.height])"
    )
    assert all(width > 0 and height > 0 for width, height in boxes)
    assert await page.ask("document.querySelectorAll('figure[data-row] svg').length") == len(ROWS) - 1
    assert await page.ask("document.querySelectorAll('figure[data-matrix] svg rect').length") == 16 + 20


async def test_bars_are_as_high_as_their_values(page: Tab, file: Path) -> None:
    await page.show(file, scheme="light", width=1280)
    heights = await page.ask(
        "[...document.querySelectorAll('figure[data-row=writes] rect.bar')].map(o => o.getBoundingClientRect().height)"
    )
    assert heights[0] == pytest.approx(4 * heights[1], rel=0.02)


async def test_published_figures_stand_below_and_apart(page: Tab, file: Path) -> None:
    await page.show(file, scheme="light", width=1280)
    tops = await page.ask("['#stages', '.plots', '.published'].map(o => document.querySelector(o).getBoundingClientRect().top)")
    assert tops == sorted(tops)
    assert await page.ask("document.querySelectorAll('.published table, .published svg, #stages a').length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_text_can_be_read_in_light_and_dark(page: Tab, file: Path, scheme: str) -> None:
    await page.show(file, scheme=scheme, width=1280)
    ratios = await page.ask(CONTRAST)
    assert len(ratios) > 100
    assert min(ratios) >= 4.5
    red, green, blue = await page.ask("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (red + green + blue > 382) == (scheme == "light")


@pytest.mark.parametrize("width", [1280, 400])
async def test_nothing_sticks_out(page: Tab, file: Path, width: int) -> None:
    await page.show(file, scheme="light", width=width)
    assert await page.ask("document.documentElement.scrollWidth") <= width


async def test_labels_stay_inside_their_pictures(page: Tab, file: Path) -> None:
    await page.show(file, scheme="light", width=1280)
    outside = await page.ask(
        """[...document.querySelectorAll('svg text')].filter(o => { const b = o.getBoundingClientRect(),
             s = o.ownerSVGElement.getBoundingClientRect();
             return b.left < s.left - 1 || b.right > s.right + 1 || b.top < s.top - 1 || b.bottom > s.bottom + 1; })
           .map(o => o.textContent)"""
    )
    assert outside == []


async def test_it_makes_a_picture(page: Tab, file: Path) -> None:
    """The two schemes differ: neither is blank."""
    pictures = []
    for scheme in ("light", "dark"):
        await page.show(file, scheme=scheme, width=1280)
        pictures.append(await page.picture())
    assert all(one.startswith(b"\x89PNG") and len(one) > 20_000 for one in pictures)
    assert pictures[0] != pictures[1]
