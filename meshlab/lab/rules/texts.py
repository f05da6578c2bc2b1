"""Every step, check, hint, experiment has its words, nothing else has, and every template in them has a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from meshlab.errors import LabError
from meshlab.lab.comparison import is_word, sources
from meshlab.lab.files.lab_folder import LANGUAGES, page_file, text_file
from meshlab.lab.problem import Problem, display_path
from meshlab.lab.rules.scope import Scope, caught
from meshlab.lab.text import LabText, lab_text, page


def rule(scope: Scope) -> Iterator[Problem]:
    """All languages that are there; that both are is the business of `languages`."""
    for language in LANGUAGES:
        if not text_file(scope.loaded, language).exists():
            continue
        try:
            words = lab_text(scope.loaded, language, scope.extra)
        except LabError as error:
            yield caught("text", error)
            continue
        for what, message in _lacking(scope, words):
            yield Problem(file=display_path(text_file(scope.loaded, language)), key=what, rule="words", message=message)
    yield from _pages(scope)


def _pages(scope: Scope) -> Iterator[Problem]:
    for language in LANGUAGES:
        for step in scope.loaded.lab.steps:
            if not page_file(scope.loaded, step.id, language).exists():
                continue
            try:
                text = page(scope.loaded, step.id, language, scope.extra)
            except LabError as error:
                yield caught("page", error)
                continue
            if not text.strip():
                yield scope.file(page_file(scope.loaded, step.id, language), "page", "the page is empty")


def _lacking(scope: Scope, words: LabText) -> Iterator[tuple[str, str]]:
    lab = scope.loaded.lab
    hints = [hint.id for step in lab.steps for hint in step.hints]
    yield from _same("steps", (step.id for step in lab.steps), words.steps)
    yield from _same("checks", lab.all_checks(), words.checks)
    yield from _same("hints", hints, words.hints)
    yield from _same("experiments", lab.all_experiments(), words.experiments)
    yield from _same("comparison", (row.id for row, one in sources(lab) if is_word(row, one)), words.comparison)
    for step in words.debrief.keys() - {step.id for step in lab.steps}:
        yield f"debrief.{step}", f"no step `{step}`"
    for name in ("title", "why", "summary"):
        if not getattr(words, name).strip():
            yield name, f"the lab has no `{name}`"
    yield from _check_words(scope, words)
    yield from _experiment_words(scope, words)


def _check_words(scope: Scope, words: LabText) -> Iterator[tuple[str, str]]:
    for check in scope.loaded.lab.all_checks().values():
        text = words.checks.get(check.id)
        if text is None:
            continue
        key = f"checks.{check.id}"
        if not text.title.strip() or not text.why.strip():
            yield key, f"the check `{check.id}` needs a title and a why"
        if check.answer is not None and not text.question.strip():
            yield key, f"the question of `{check.id}` is missing"
        yield from _same(f"{key}.choices", check.answer.choices if check.answer else (), text.choices)


def _experiment_words(scope: Scope, words: LabText) -> Iterator[tuple[str, str]]:
    for experiment in scope.loaded.lab.all_experiments().values():
        text = words.experiments.get(experiment.id)
        if text is None:
            continue
        key = f"experiments.{experiment.id}"
        asked = experiment.prediction
        if asked is not None and not text.question.strip():
            yield key, f"the experiment `{experiment.id}` asks for a prediction but has no question"
        if not text.explanation.strip():
            yield key, f"the experiment `{experiment.id}` has no explanation"
        yield from _same(f"{key}.choices", asked.choices if asked else (), text.choices)


def _same(key: str, wanted: Iterable[str], there: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Ids without words, and words without an id."""
    wanted, there = list(wanted), list(there)
    for name in wanted:
        if name not in there:
            yield f"{key}.{name}", f"there are no words for `{name}`"
    for name in there:
        if name not in wanted:
            yield f"{key}.{name}", f"there are words for `{name}`, which the lab does not have"
