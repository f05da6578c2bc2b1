"""Turning pages: few of them stay mounted, one is seen, and enter goes by the one that is seen."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult

from meshlab.tui.lab.guide_pane import KEPT, GuidePane
from meshlab.tui.theme import OWN_VARIABLES
from meshlab.tui.widgets.guide import CodeFence
from tests.tui.helpers import screen_text, shows, until

PAGES = [f"# Page {number}\n\nText {number}.\n\n```bash\necho {number}\n```\n" for number in range(1, 7)]


class Book(App[None]):
    language = "en"
    keys_set: ClassVar[dict[str, str]] = {}

    def compose(self) -> ComposeResult:
        yield GuidePane()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return OWN_VARIABLES

    @property
    def guide(self) -> GuidePane:
        return self.query_one(GuidePane)


def seen(guide: GuidePane) -> list[str]:
    return [page.source for page in guide.pages if page.display]


async def test_each_page_is_seen_alone_with_its_commands() -> None:
    app = Book()
    async with app.run_test(size=(60, 20)) as pilot:
        for text in (*PAGES, *reversed(PAGES)):
            app.guide.show(text)
            await until(pilot, lambda text=text: seen(app.guide) == [text])  # type: ignore[misc]
            await until(pilot, lambda text=text: [fence.code for fence in app.guide.commands] == [text.split("\n")[5]])  # type: ignore[misc]
            await until(pilot, lambda: len(app.guide.pages) <= KEPT)


async def test_a_page_that_is_there_is_shown_as_it_was_made() -> None:
    app = Book()
    async with app.run_test(size=(60, 20)) as pilot:
        app.guide.show(PAGES[0])
        await shows(pilot, "Text 1.")
        first = app.guide.pages[-1]
        app.guide.show(PAGES[1])
        await shows(pilot, "Text 2.")
        app.guide.show(PAGES[0])
        await shows(pilot, "Text 1.")
        assert app.guide.pages[-1] is first


async def test_only_the_last_of_hasty_turns_counts() -> None:
    app = Book()
    async with app.run_test(size=(60, 20)) as pilot:
        for text in (*PAGES, PAGES[2]):
            app.guide.show(text)
        await shows(pilot, "Text 3.")
        assert seen(app.guide) == [PAGES[2]]
        assert len(app.guide.pages) == 1, "no page that was not wanted any more was made"


DRAWING = "web ─┬─ catalog (v1, v2) ── pricing ── legacy ─┐\n     └─ reviews (v1, v2) ──────────────────────┴─ ratings"
COMMAND = "kubectl -n shop set image deploy/pricing shop=registry.example/shop:2 && echo done"


async def test_a_drawing_keeps_its_lines_and_scrolls_where_a_command_wraps() -> None:
    app = Book()
    async with app.run_test(size=(48, 20)) as pilot:
        app.guide.show(f"# Look\n\n```text\n{DRAWING}\n```\n\n```sh\n{COMMAND}\n```\n")
        await until(pilot, lambda: len(app.query(CodeFence)) == 2)
        drawing, command = app.query(CodeFence)
        await until(pilot, lambda: drawing.max_scroll_x > 0)
        await shows(pilot, "web ─┬─ catalog (v1, v2) ── pricing ──", "     └─ reviews (v1, v2) ────", "deploy/pricing")
        assert "ratings" not in screen_text(app)
        assert command.max_scroll_x == 0
        assert app.guide.commands == [command]
        drawing.focus()
        await pilot.press(*["right"] * drawing.max_scroll_x)
        await shows(pilot, "legacy ─┐", "┴─ ratings")


async def test_a_drawing_that_fits_is_no_stop_for_the_focus() -> None:
    app = Book()
    async with app.run_test(size=(100, 20)) as pilot:
        app.guide.show(f"# Look\n\n```text\n{DRAWING}\n```\n")
        await until(pilot, lambda: app.query(CodeFence))
        await shows(pilot, "┴─ ratings", "legacy ─┐")
        assert not app.query_one(CodeFence).focusable
