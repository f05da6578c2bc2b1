"""What is asked once, at the first start: which answers there are on this machine, and where they are kept."""

from __future__ import annotations

import asyncio
from typing import Protocol

from msgspec import Struct

from meshlab.settings import choose
from meshlab.settings.model import CONTEXT
from meshlab.tui.backend import Diagnosis, LiveBackend
from meshlab.tui.preferences import Preferences


class Surroundings(Struct, frozen=True, kw_only=True):
    """The machine, as far as the questions are about it."""

    engine: str = ""
    """Docker 29.1.3 or Podman 5.2; "" where no container engine answers."""
    contexts: tuple[str, ...] = ()
    """Of the learner's kubeconfig."""
    memory_gib: str = ""
    """Of the engine, "" where it does not say."""
    scarce: bool = False
    """Whether the doctor has something to say about that memory."""
    findings: tuple[Diagnosis, ...] = ()
    """Of the doctor, worst first."""


class Choice(Struct, frozen=True):
    """One answer. `title` and `note` are keys of words, with their parameters."""

    value: str
    title: str
    note: str
    parameters: dict[str, str] = {}


class FirstStart(Protocol):
    """The app's way to ask and to keep."""

    @property
    def questions(self) -> tuple[str, ...]:
        """Those of language, engine and memory that nobody has answered yet."""
        ...

    async def look(self, language: str) -> Surroundings: ...

    def answer(self, name: str, value: str) -> str:
        """Keep it; why it could not be kept, or nothing."""
        ...


def choices(question: str, around: Surroundings, answers: dict[str, str]) -> list[Choice]:
    """The answers that there are; one alone need not be asked for."""
    match question:
        case "language":
            return [Choice("en", "first.english", "first.english-note"), Choice("zh", "first.chinese", "first.chinese-note")]
        case "engine":
            kind = "first.kind" if around.engine else "first.no-engine"
            contexts = [
                Choice(f"{CONTEXT}{context}", "first.context", "first.context-note", {"context": context})
                for context in around.contexts
            ]
            return [Choice("kind", kind, f"{kind}-note", {"engine": around.engine}), *contexts]
    if answers.get("engine", "kind") != "kind" or not around.memory_gib:
        return [Choice("keep", "first.keep", "first.keep-note")]
    return [Choice("keep", "first.keep", "first.keep-note"), Choice("spare", "first.spare", "first.spare-note")]


def suggested(question: str, around: Surroundings, language: str) -> str:
    """The answer that stands first in line."""
    if question == "language":
        return language
    if question == "memory":
        return "spare" if around.scarce else "keep"
    return "kind" if around.engine or not around.contexts else f"{CONTEXT}{around.contexts[0]}"


class LiveFirstStart:
    """The real one."""

    def __init__(self, questions: tuple[str, ...], backend: LiveBackend, preferences: Preferences) -> None:
        self.questions = questions
        self._backend, self._preferences = backend, preferences
        self._language = "en"

    async def look(self, language: str) -> Surroundings:
        self._language = language
        from meshlab.cluster.doctor import ask, judge
        from meshlab.cluster.doctor.gather import gather
        from meshlab.cluster.kube import kubeconfigs

        facts, name, contexts = await asyncio.gather(gather(), ask.engine_name(), asyncio.to_thread(kubeconfigs.contexts))
        engine = facts.engine or {}
        total = int(engine.get("MemTotal") or 0)
        findings = judge(facts, language)
        return Surroundings(
            engine=f"{name or 'Docker'} {engine['ServerVersion']}" if engine else "",
            contexts=tuple(contexts),
            memory_gib=f"{total / 2**30:.1f}" if total else "",
            scarce=any(finding.id == "memory" and finding.state in ("warning", "problem") for finding in findings),
            findings=tuple(Diagnosis.of(findings)),
        )

    def answer(self, name: str, value: str) -> str:
        if name == "engine":
            self._backend.default_context = choose.context(value)
        return self._preferences.keep(name, value, self._language)
