"""What all screens share: keys named in the learner's language, disabled keys that say why, failures as sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, TypeVar

from textual import on
from textual.binding import ActiveBinding, BindingType
from textual.events import Key
from textual.screen import ModalScreen
from textual.worker import Worker, WorkerState

from meshlab.tui.base.reaching import ReachingScreen
from meshlab.tui.base.sifting import SiftingScreen
from meshlab.tui.keys import bind
from meshlab.tui.speak import Relabels, has_words, tr

Result = TypeVar("Result")
BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
"""Columns from which there is room for two things side by side."""


class MeshScreen(SiftingScreen[Result], ReachingScreen[Result]):
    """A screen of meshlab. Workers are started with exit_on_error=False; what they raise is shown here."""

    HELP_TOPIC = "help"
    """Key of the help text when nothing in focus has its own."""

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

    def retitle(self) -> None:
        """Titles of labs have been read in another language: screens that show one redraw it."""

    def relabel(self) -> None:
        """The language has changed: screens with words of their own extend this."""
        for node in self.walk_children():
            if isinstance(node, Relabels):
                node.relabel()
        self.refresh_bindings()

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
        from meshlab.tui.base.modals import FailureModal

        self.app.push_screen(FailureModal(error, self.ways_on(error)), self.go_way)

    def ways_on(self, error: BaseException) -> tuple[str, ...]:
        """Those of retry, start (again) and leave that are offered after this failure."""
        return ()

    def go_way(self, way: str | None) -> None:
        """One of them was chosen; "" or None is none."""


class MeshModal(MeshScreen[Result], ModalScreen[Result]):
    """A modal one. Keys of the app do not come through, but help is everywhere."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("question_mark", "app.help", "app.help", display="?"),
        bind("f1", "app.help", "app.help"),
    ]
