"""The live picture of services, calls and proxies."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.timer import Timer
from textual.widget import Widget

from meshlab.tui.lab.topology.draw import draw
from meshlab.tui.lab.topology.model import Picture, Row
from meshlab.tui.translation import tr
from meshlab.tui.widgets.drawing import content_of
from meshlab.tui.widgets.pane import Pane

STEP = 0.2
"""Seconds in which a packet moves by a cell."""


class TopologyView(Widget):
    """`picture` is replaced as a whole, never changed in place. Packets move only where animations are wanted."""

    DEFAULT_CSS = "TopologyView { height: auto; min-height: 100%; }"

    picture: reactive[Picture | None] = reactive(None, layout=True)
    tick: reactive[int | None] = reactive(None)
    _moving: Timer | None = None
    _asked: tuple[object, ...] = ()
    _drawn: list[Row]

    def render(self) -> Content:
        if self.picture is None:
            return Content.styled(tr(self, "map.waiting"), "$muted")
        return content_of(self._rows(self.picture, self.size.width, self._room, self.tick))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As high as the pane; higher where only a list fits, which is scrolled then."""
        rows = self._rows(self.picture, width, container.height, self.tick) if self.picture else []
        return max(container.height, len(rows))

    def _rows(self, picture: Picture, width: int, height: int, tick: int | None) -> list[Row]:
        """Drawn once for each frame of a picture: its height is asked for with every layout of the screen."""
        if (asked := (picture, width, height, tick)) != self._asked:
            self._asked, self._drawn = asked, draw(picture, width, height, tick)
        return self._drawn

    @property
    def _room(self) -> int:
        """Rows of the pane: the drawing fits itself to them."""
        return self.container_size.height or self.size.height

    def watch_picture(self, picture: Picture | None) -> None:
        if picture is not None and any(edge.flows for edge in picture.edges) and self.app.animation_level == "full":
            self._moving = self._moving or self.set_interval(STEP, self._move)
        else:
            self._stand()

    def _move(self) -> None:
        if self.app.animation_level != "full":
            self._stand()
        elif self.is_on_screen:
            # A pane that nobody sees costs nothing.
            self.tick = (self.tick or 0) + 1

    def _stand(self) -> None:
        if self._moving is not None:
            self._moving.stop()
        self._moving, self.tick = None, None

    def relabel(self) -> None:
        self._asked = ()
        self.refresh()


class MapPane(Pane):
    """Focusable, so that numbers, zoom and help reach it; scrolls where the picture is a list longer than the pane."""
