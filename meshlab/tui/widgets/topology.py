"""The live picture of services, calls and proxies."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from meshlab.tui.speak import tr
from meshlab.tui.topology.draw import draw
from meshlab.tui.topology.model import Picture
from meshlab.tui.widgets.drawing import content_of


class TopologyView(Widget):
    """`picture` is replaced as a whole, never changed in place."""

    DEFAULT_CSS = "TopologyView { height: 1fr; }"

    picture: reactive[Picture | None] = reactive(None)

    def render(self) -> Content:
        if self.picture is None:
            return Content.styled(tr(self, "map.waiting"), "$muted")
        return content_of(draw(self.picture, self.size.width, self.size.height))

    def relabel(self) -> None:
        self.refresh()
