"""What all screens share: keys with names, panes that take the focus, copying, disabled keys and failures that say why."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, TypeVar

from textual import on
from textual.binding import ActiveBinding, BindingType
from textual.dom import DOMNode
from textual.events import Key, Resize
from textual.reactive import Reactive
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from meshlab.tui.base.copying import copy_of, first_words
from meshlab.tui.base.filtering import FilteringScreen
from meshlab.tui.base.visible_widgets import laid_out, outline
from meshlab.tui.keys import bind
from meshlab.tui.messages import Failed
from meshlab.tui.translation import Relabels, has_words, tr

Result = TypeVar("Result")
BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
"""Columns from which there is room for two things side by side."""


class MeshScreen(FilteringScreen[Result]):
    """A screen of meshlab. Its panes are what styles call `.pane`; one that cannot have the focus gives it to what it holds.

    Workers are started with exit_on_error=False; what they raise is shown by `show_failure`.
    """

    HELP_TOPIC = "help"
    """Key of the help text when nothing in focus has its own."""
    ALLOW_IN_MAXIMIZED_VIEW = "KeyFooter, StatusRow, FilterBar"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("g,ctrl+o", "jump", "pane.jump", show=False),
        bind("plus", "zoom", "pane.zoom", show=False),
        bind("y", "copy", "app.copy", show=False),
        bind("slash", "filter", "list.filter", show=False),
    ]

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """Textual draws all of the screen twice when the focus moves; what looks different is drawn anyway (see below)."""

    # --- keys --- #

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """As Textual finds them, with the words of the language spoken now."""
        return {key: self._named(active) for key, active in super().active_bindings.items()}

    def _named(self, active: ActiveBinding) -> ActiveBinding:
        name = active.binding.id
        if not name or not has_words(f"key.{name}"):
            return active
        tip = tr(self, f"tip.{name}") if has_words(f"tip.{name}") else active.tooltip
        binding = replace(active.binding, description=tr(self, f"key.{name}"), tooltip=tip)
        return active._replace(binding=binding, tooltip=tip)

    def on_key(self, event: Key) -> None:
        active = self.active_bindings.get(event.key)
        if active is not None and not active.enabled:
            event.stop()
            self.notify(self.why_disabled(active.binding.action), severity="warning", markup=False, timeout=4)

    def why_disabled(self, action: str) -> str:
        """The sentence for a dimmed key."""
        name = action.partition("(")[0]
        return tr(self, f"why.{name}") if has_words(f"why.{name}") else tr(self, "why.later")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "jump":
                return not self.is_modal and len(self.targets()) > 1
            case "zoom":
                return not self.is_modal and (self.maximized is not None or self._panes() > 1)
        return super().check_action(action, parameters)

    def _panes(self) -> int:
        return sum(widget.has_class("pane") for widget in outline(self))

    # --- words --- #

    def retitle(self) -> None:
        """Titles of labs have been read in another language: screens that show one redraw it."""

    def relabel(self) -> None:
        """The language has changed: screens with words of their own extend this."""
        for node in self.walk_children():
            if isinstance(node, Relabels):
                node.relabel()
        self.refresh_bindings()

    # --- failures --- #

    @on(Worker.StateChanged)
    def hear_worker(self, event: Worker.StateChanged) -> None:
        # Textual calls the decorated handlers of every class, so that only this one is decorated.
        self.worker_changed(event)

    def worker_changed(self, event: Worker.StateChanged) -> None:
        """What a worker raised becomes a modal with a sentence and a way on."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.show_failure(event.worker.error)

    def show_failure(self, error: BaseException) -> None:
        """Title, sentence, hint, and the ways on that this screen has."""
        self.post_message(Failed(error, self.ways_on(error), self.go_way))

    def ways_on(self, error: BaseException) -> tuple[str, ...]:
        """Those of retry, start (again) and leave that are offered after this failure."""
        return ()

    def go_way(self, way: str | None) -> None:
        """One of them was chosen; "" or None is none."""

    # --- the focus --- #

    def _update_focus_styles(self, focused: Widget | None = None, blurred: Widget | None = None) -> None:
        """Textual styles all anew that is inside of what has the focus within; of a pane only the frame looks different.

        A long text in it took 50 to 100 ms with every key that moves the focus.
        """
        changed: set[DOMNode] = set()
        for widget in (focused, blurred):
            nodes = reversed(widget.ancestors_with_self) if widget else ()
            outer = next((node for node in nodes if node._has_focus_within), None)
            if outer is not None:
                changed.update([outer] if outer.has_class("pane") else outer.walk_children(with_self=True))
        if changed:
            self.app.stylesheet.update_nodes(changed, animate=True)

    def targets(self) -> list[Widget]:
        """Panes, tabs and lines that the focus can go to now."""
        return [widget for widget in laid_out(self) if _is_target(widget) and widget.visible]

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

    async def action_jump(self) -> None:
        # The letters are a screen, too: the app opens it.
        await self.run_action("app.jump")

    def go_to_pane(self, target: Widget) -> bool:
        """Let keys go there; False where nothing takes them."""
        taker = next((widget for widget in (target, *target.query("*")) if widget.focusable), None)
        if taker is not None:
            taker.focus()
        return taker is not None

    def focused_pane(self) -> Widget | None:
        """The pane that keys go to."""
        nodes = self.focused.ancestors_with_self if self.focused is not None else ()
        return next((node for node in nodes if isinstance(node, Widget) and node.has_class("pane")), None)

    def action_zoom(self) -> None:
        pane = self.focused_pane()
        if self.maximized is not None:
            self.minimize()
        elif pane is not None:
            self.maximized = pane

    # --- copying --- #

    def text_to_copy(self) -> str:
        """What of the focused thing is worth copying."""
        return copy_of(self.focused) if self.focused is not None else ""

    def action_copy(self) -> None:
        text = self.text_to_copy()
        self.copy_text(text) if text else self.notify(tr(self, "copy.nothing"), severity="warning", markup=False)

    def copy_text(self, text: str) -> None:
        """Into the clipboard, by the terminal (OSC 52)."""
        self.app.copy_to_clipboard(text)
        self.notify(tr(self, "copy.done", text=first_words(text)), markup=False)


def _is_target(widget: Widget) -> bool:
    return widget.has_class("pane") or widget.has_class("tab") or isinstance(widget, Input)


class MeshModal(MeshScreen[Result], ModalScreen[Result]):
    """A modal one. Keys of the app do not come through, but help is everywhere."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("question_mark", "app.help", "app.help", display="?"),
        bind("f1", "app.help", "app.help"),
    ]
