"""The stages as a list, drawn as the road that they are."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.widgets.option_list import Option

from meshlab.tui.keys import bind
from meshlab.tui.road.road import Stop, where_to_go
from meshlab.tui.road.rows import Bend, lines_a_stop, stop_rows
from meshlab.tui.translation import recorded, tr
from meshlab.tui.widgets.drawing import content_of
from meshlab.tui.widgets.filtered import FilteredList


class RoadList(FilteredList):
    """One option a stop."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("j", "cursor_down", "list.down", show=False),
        bind("k", "cursor_up", "list.up", show=False),
    ]

    stops: list[Stop] | None = None

    def on_resize(self) -> None:
        if self.stops is not None:
            self.show(self.stops)

    def show(self, stops: list[Stop]) -> None:
        """Draw these stops; the highlight stays."""
        self.stops = stops
        tour = recorded(self)
        here, last = where_to_go(stops, tour=tour), len(stops) - 1
        bends = [Bend(here=index == here, first=index == 0, last=index == last, tour=tour) for index in range(len(stops))]
        self.set_every([self._option(stop, bend) for stop, bend in zip(stops, bends, strict=True)])

    def _option(self, stop: Stop, bend: Bend) -> Option:
        # The scroll bar is there or not: its columns stay free either way.
        space = self.content_size.width - self.styles.scrollbar_size_vertical - 1
        lines = lines_a_stop(len(self.stops or ()), self.content_size.height)
        return Option(content_of(stop_rows(stop, bend, lines, space, partial(tr, self))), id=stop.id)
