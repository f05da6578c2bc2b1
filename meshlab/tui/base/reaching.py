"""Going to a pane by its letter, seeing it alone, and taking its text along."""

from __future__ import annotations

from typing import ClassVar, Protocol, TypeVar, runtime_checkable

from rich.text import Text
from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.dom import DOMNode
from textual.events import Resize
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Log, Markdown, OptionList

from meshlab.tui.base.outline import laid_out, outline
from meshlab.tui.keys import bind
from meshlab.tui.speak import tr

Result = TypeVar("Result")


class ReachingScreen(Screen[Result]):
    """Panes are what styles call `.pane`; a pane that cannot have the focus gives it to what it holds."""

    ALLOW_IN_MAXIMIZED_VIEW = "KeyFooter, StatusRow, FilterBar"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("g,ctrl+o", "jump", "pane.jump", show=False),
        bind("plus", "zoom", "pane.zoom", show=False),
        bind("y", "copy", "app.copy", show=False),
    ]

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """Textual draws all of the screen twice when the focus moves; what looks different is drawn anyway (see below)."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "jump":
                return not self.is_modal and len(self.targets()) > 1
            case "zoom":
                return not self.is_modal and (self.maximized is not None or self._panes() > 1)
        return super().check_action(action, parameters)

    def _update_focus_styles(self, focused: Widget | None = None, blurred: Widget | None = None) -> None:
        """Textual styles all anew that is inside of what has the focus within; of a pane only the frame looks different.

        A long text in it took 50 to 100 ms with every key that moves the focus.
        """
        changed: set[DOMNode] = set()
        for widget in (focused, blurred):
            outer = (
                next((one for one in reversed(widget.ancestors_with_self) if one._has_focus_within), None) if widget else None
            )
            if outer is not None:
                changed.update([outer] if outer.has_class("pane") else outer.walk_children(with_self=True))
        if changed:
            self.app.stylesheet.update_nodes(changed, animate=True)

    def _panes(self) -> int:
        return sum(one.has_class("pane") for one in outline(self))

    def targets(self) -> list[Widget]:
        """What can be gone to now."""
        return [one for one in laid_out(self) if _goes_there(one) and one.visible]

    @on(Resize)
    def resized(self) -> None:
        # Where it is narrow some panes are hidden, perhaps the one that had the focus.
        self.call_after_refresh(self.keep_focus)

    def keep_focus(self) -> None:
        """Keys always go to something that is seen."""
        if self.focused is None or not self.focused.region.area:
            for target in self.targets():
                if self.go_to_pane(target):
                    return

    def action_jump(self) -> None:
        from meshlab.tui.base.jump import JumpScreen, lettered

        def chosen(target: Widget | None) -> None:
            if target is not None and target.is_attached:
                self.go_to_pane(target)

        self.app.push_screen(JumpScreen(lettered(self.targets())), chosen)

    def go_to_pane(self, target: Widget) -> bool:
        """Let keys go there; False where nothing takes them."""
        found = next((one for one in (target, *target.query("*")) if one.focusable), None)
        if found is not None:
            found.focus()
        return found is not None

    def focused_pane(self) -> Widget | None:
        """The pane that keys go to."""
        nodes = self.focused.ancestors_with_self if self.focused is not None else ()
        return next((one for one in nodes if isinstance(one, Widget) and one.has_class("pane")), None)

    def action_zoom(self) -> None:
        pane = self.focused_pane()
        if self.maximized is not None:
            self.minimize()
        elif pane is not None:
            self.maximized = pane

    def text_to_copy(self) -> str:
        """What of the focused thing is worth copying."""
        pass

        widget = self.focused
        return copy_of(widget) if widget is not None else ""

    def action_copy(self) -> None:
        text = self.text_to_copy()
        self.take_along(text) if text else self.notify(tr(self, "copy.nothing"), severity="warning", markup=False)

    def take_along(self, text: str) -> None:
        """Into the clipboard, by the terminal (OSC 52)."""
        pass

        self.app.copy_to_clipboard(text)
        self.notify(tr(self, "copy.done", text=first_words(text)), markup=False)


def _goes_there(one: Widget) -> bool:
    return one.has_class("pane") or one.has_class("tab") or isinstance(one, Input)


SHOWN = 40
"""Characters of a copy that are said."""


@runtime_checkable
class Copies(Protocol):
    """A widget that knows what of it is worth copying."""

    def copied(self) -> str: ...


def copy_of(widget: Widget) -> str:
    """The text of a widget and of what it holds."""
    match widget:
        case Copies():
            return widget.copied()
        case Markdown():
            return widget.source.strip()
        case Log():
            return "\n".join(widget.lines)
        case Input():
            return widget.value
        case OptionList():
            option = widget.highlighted_option
            return str(option.prompt) if option is not None else ""
    parts = [copy_of(child) for child in widget.children if child.display]
    return "\n\n".join(part for part in parts if part) if widget.children else _rendered(widget)


def first_words(text: str) -> str:
    """Enough of a copy to know it again."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def _rendered(widget: Widget) -> str:
    drawn = widget.render()
    return str(drawn).rstrip() if isinstance(drawn, str | Content | Text) else ""
