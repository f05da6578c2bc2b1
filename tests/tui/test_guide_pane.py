"""Turning pages: few of them stay mounted, one is seen, and enter goes by the one that is seen."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult

from meshlab.tui.lab.guide_pane import KEPT, GuidePane
from meshlab.tui.theme import OWN_VARIABLES
from tests.tui.helpers import shows, until

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
