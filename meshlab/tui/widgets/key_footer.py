"""The keys that work now, in as few columns as the terminal has."""

from __future__ import annotations

from textual.events import Resize
from textual.widgets import Footer

ROOMY = 100


class KeyFooter(Footer):
    """Textual's footer; where it is narrow it goes without padding and without the palette's key (`?` names it)."""

    async def on_resize(self, event: Resize) -> None:
        roomy = event.size.width >= ROOMY
        if roomy == self.compact:
            self.compact = not roomy
            self.show_command_palette = roomy
            await self.recompose()
