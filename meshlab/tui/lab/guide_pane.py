"""The pane of the guide: one page, and which of its commands enter brings into the shell."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.events import DescendantFocus
from textual.reactive import reactive

from meshlab.tui.keys import bind
from meshlab.tui.translation import tr
from meshlab.tui.widgets.guide import CodeFence, GuidePage, RunRequested
from meshlab.tui.widgets.pane import Pane

KEPT = 3
"""Pages that stay mounted, hidden: to turn back to one costs a frame, to make one several."""


class GuidePane(Pane):
    """enter brings the chosen command to the prompt, and then the next one is chosen: a page is done by one key."""

    BINDINGS: ClassVar[list[BindingType]] = [bind("enter", "run", "guide.run", show=False)]

    chosen: reactive[int] = reactive(0, always_update=True, init=False)

    def __init__(self) -> None:
        super().__init__(id="guide")
        self._wanted = ""

    def show(self, markdown: str) -> None:
        """Another page, from its beginning."""
        self._wanted = markdown
        if (page := self._mounted(markdown)) is not None:
            self._turn_to(page)
        else:
            # What else the turn changes is seen at once; a long page takes longer.
            self.call_after_refresh(self._build, markdown)

    def _mounted(self, markdown: str) -> GuidePage | None:
        return next((page for page in self.pages if page.source == markdown), None)

    @property
    def pages(self) -> list[GuidePage]:
        """Those that are mounted, the one shown last at the end."""
        return [page for page in self.children if isinstance(page, GuidePage)]

    async def _build(self, markdown: str) -> None:
        """A page that is not wanted any more when its turn comes is not made."""
        if markdown != self._wanted or self._mounted(markdown) is not None:
            return
        page = GuidePage()
        page.display = False
        await self.mount(page)
        await page.update(markdown)
        if markdown == self._wanted:
            self._turn_to(page)
        for old in self.pages[:-KEPT]:
            await old.remove()

    def _turn_to(self, page: GuidePage) -> None:
        with self.app.batch_update():
            for other in self.pages:
                other.display = other is page
            self.move_child(page, after=-1)
            self.scroll_home(animate=False)
            self.chosen = 0

    @property
    def commands(self) -> list[CodeFence]:
        """Those that can be brought into the shell, from top to bottom."""
        return [fence for page in self.pages if page.display for fence in page.query(CodeFence) if fence.is_command]

    def watch_chosen(self, chosen: int) -> None:
        commands = self.commands
        for number, fence in enumerate(commands):
            fence.set_class(number == chosen, "-chosen")
        which = tr(self, "guide.command", number=chosen + 1, of=len(commands)) if chosen < len(commands) else ""
        self.border_subtitle = "  ".join(filter(None, (which, tr(self, "guide.keys"))))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.chosen < len(self.commands) if action == "run" else True

    def action_run(self) -> None:
        self.commands[self.chosen].action_run()

    @on(RunRequested)
    def brought(self, message: RunRequested) -> None:
        """The next one is chosen; after the last one, the last stays."""
        self.chosen = min(self.chosen + 1, len(self.commands) - 1)
        self.commands[self.chosen].scroll_visible(animate=False)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        if event.widget in self.commands:
            self.chosen = self.commands.index(event.widget)
