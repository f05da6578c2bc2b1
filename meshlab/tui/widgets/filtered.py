"""Lists and texts of which only what contains some words is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option


@runtime_checkable
class Filterable(Protocol):
    """A widget that can leave out what is not wanted."""

    def filter(self, wanted: str) -> tuple[int, int]:
        """Show what contains each word of `wanted`, all when it is empty. How many are shown, and of how many."""
        ...


def contains(text: str, wanted: str) -> bool:
    """Whether each word is in the text, whatever the case."""
    folded = text.casefold()
    return all(word in folded for word in wanted.casefold().split())


class FilteredList(OptionList):
    """Options have ids: what is highlighted is known by its id, not by its place."""

    wanted = ""
    every: Sequence[Option] = ()

    def set_every(self, options: Sequence[Option]) -> None:
        """All options; those that are wanted are shown, the highlight stays on its option."""
        kept = self.chosen
        place = self.highlighted or 0
        self.every = options
        self.set_options([option for option in options if self._wants(option)])
        ids = [option.id for option in self.options]
        if ids:
            self.highlighted = ids.index(kept) if kept in ids else min(place, len(ids) - 1)

    def choose(self, name: str) -> None:
        """Highlight the option of that id, if it is shown."""
        ids = [option.id for option in self.options]
        if name in ids:
            self.highlighted = ids.index(name)

    @property
    def chosen(self) -> str | None:
        """Id of what is highlighted."""
        option = self.highlighted_option
        return option.id if option is not None else None

    def filter(self, wanted: str) -> tuple[int, int]:
        self.wanted = wanted
        self.set_every(self.every)
        return len(self.options), len(self.every)

    def _wants(self, option: Option) -> bool:
        # The id, too: a lab is found by it in either language.
        return contains(f"{option.prompt} {option.id}", self.wanted)


class FilteredText(Static):
    """Blocks of lines; a block is shown whole or not at all."""

    wanted = ""
    blocks: Sequence[Content] = ()

    def show(self, blocks: Sequence[Content]) -> None:
        """All blocks; those that are wanted are shown."""
        self.blocks = blocks
        self.update(Content("\n").join([block for block in blocks if contains(block.plain, self.wanted)]))

    def filter(self, wanted: str) -> tuple[int, int]:
        self.wanted = wanted
        self.show(self.blocks)
        return sum(contains(block.plain, wanted) for block in self.blocks), len(self.blocks)
