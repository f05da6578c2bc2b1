"""Puts YAML events together on a stack of our own: libyaml composes by recursion in C, where deep nesting ends the process."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from meshlab.errors import LabError
from meshlab.lab.problem import Key, Mistake, key_text
from meshlab.lab.yaml.document import Document
from meshlab.lab.yaml.scalars import Scalar, meaning

DEEPEST = 60
MOST_NODES = 400_000

_TAGS: dict[str, tuple[type, ...]] = {
    "tag:yaml.org,2002:str": (str,),
    "tag:yaml.org,2002:int": (int,),
    "tag:yaml.org,2002:float": (int, float),
    "tag:yaml.org,2002:bool": (bool,),
    "tag:yaml.org,2002:null": (type(None),),
}
_COLLECTIONS = (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


class _Frame(Struct):
    """A mapping or list that is still open."""

    value: dict[str, Any] | list[Any]
    path: Key
    anchor: str | None
    nodes_before: int
    key: str | None = None


class Builder:
    """Takes parser events, gives a document at the end of each."""

    def __init__(self, file: str, first_line: int) -> None:
        self.file = file
        self.first_line = first_line
        self.begin()

    def begin(self) -> None:
        self.now = Document(self.file)
        self.stack: list[_Frame] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.nodes = 0
        self.seen = False

    def take(self, event: Any) -> Document | None:
        match type(event).__name__:
            case "DocumentStartEvent":
                self.begin()
            case "DocumentEndEvent":
                return self.now if self.seen and self.now.data is not None else None
            case "ScalarEvent":
                self.scalar(event)
            case "AliasEvent":
                self.alias(event)
            case "MappingStartEvent" | "SequenceStartEvent":
                self.open(event, {} if type(event).__name__ == "MappingStartEvent" else [])
            case "MappingEndEvent" | "SequenceEndEvent":
                self.close()
        return None

    def fail(self, event: Any, message: str, hint: str = "") -> LabError:
        path = self.stack[-1].path if self.stack else ()
        return LabError(message, file=self.file, line=self.line(event), key=key_text(path), hint=hint)

    def line(self, event: Any) -> int:
        return int(event.start_mark.line) + self.first_line

    def count(self, event: Any, nodes: int = 1) -> None:
        self.nodes += nodes
        if self.nodes > MOST_NODES:
            raise self.fail(event, f"more than {MOST_NODES} values in one document")

    def scalar(self, event: Any) -> None:
        self.count(event)
        frame = self.stack[-1] if self.stack else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            return self.take_key(event, frame)
        value = self.value_of(event)
        self.place(event, value)
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)
        return None

    def value_of(self, event: Any) -> Scalar:
        try:
            if event.tag is None:
                return meaning(event.value) if event.implicit[0] else str(event.value)
            if event.tag in ("!", "tag:yaml.org,2002:str"):
                return str(event.value)
            value = meaning(event.value)
        except ValueError as error:
            raise self.fail(event, str(error)) from None
        if event.tag not in _TAGS or not isinstance(value, _TAGS[event.tag]):
            raise self.fail(event, f"the tag {event.tag} is not understood here", "Write the value without a tag.")
        return value

    def take_key(self, event: Any, frame: _Frame) -> None:
        key = str(event.value)
        if key == "<<" and event.implicit[0]:
            raise self.fail(event, "merge keys (<<) are not supported", "Write the keys out.")
        frame.key = key
        path = (*frame.path, key)
        if key in frame.value:
            first = self.now.lines[path]
            self.now.mistakes.append(Mistake(path, f"the key `{key}` stands twice (first in line {first})", "duplicate-key"))
        self.now.lines[path] = self.line(event)

    def alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            raise self.fail(event, f"the alias *{event.anchor} names no finished anchor")
        value, nodes = self.anchors[event.anchor]
        self.count(event, nodes)
        self.place(event, value)

    def open(self, event: Any, value: dict[str, Any] | list[Any]) -> None:
        self.count(event)
        if event.tag not in _COLLECTIONS:
            raise self.fail(event, f"the tag {event.tag} is not understood here", "Write the value without a tag.")
        if len(self.stack) >= DEEPEST:
            raise self.fail(event, f"nested deeper than {DEEPEST} levels")
        path = self.place(event, value)
        self.stack.append(_Frame(value, path, event.anchor, self.nodes))

    def close(self) -> None:
        frame = self.stack.pop()
        if frame.anchor:
            self.anchors[frame.anchor] = (frame.value, self.nodes - frame.nodes_before + 1)

    def place(self, event: Any, value: Any) -> Key:
        """Put a value where it belongs; its key path."""
        if not self.stack:
            self.now.data, self.now.start, self.seen = value, self.line(event), True
            return ()
        frame = self.stack[-1]
        if isinstance(frame.value, list):
            path: Key = (*frame.path, len(frame.value))
            frame.value.append(value)
            self.now.lines[path] = self.line(event)
            return path
        if frame.key is None:
            hint = "A template as a key or value needs quotes."
            raise self.fail(event, "a key must be plain text, not a list or mapping", hint)
        path = (*frame.path, frame.key)
        frame.value[frame.key] = value
        frame.key = None
        return path
