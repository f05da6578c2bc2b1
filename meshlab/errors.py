"""The one tree of errors that reach a user, and the exit codes that commands end with."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from pathlib import PurePath

from meshlab.words import Parameter, Words, known, tell


class ExitCode(IntEnum):
    """What a script can rely on. Precedence when several apply: 130, 7, 2, 4, 5, 1, 3, 0."""

    PASS = 0
    CHECKS_FAILED = 1
    USAGE = 2
    """A wrong argument, or a lab or submission that cannot be read."""
    WARNINGS = 3
    ENVIRONMENT = 4
    """The engine, the cluster or meshlab itself could not tell: never a grade."""
    TIMEOUT = 5
    """Preparation did not finish before its deadline."""
    LOCKED = 7
    """Another meshlab holds the run; the message names it."""
    INTERRUPTED = 130


PRECEDENCE = (
    ExitCode.INTERRUPTED,
    ExitCode.LOCKED,
    ExitCode.USAGE,
    ExitCode.ENVIRONMENT,
    ExitCode.TIMEOUT,
    ExitCode.CHECKS_FAILED,
    ExitCode.WARNINGS,
    ExitCode.PASS,
)


def worst(codes: list[ExitCode]) -> ExitCode:
    """The code that a command ends with when several parts of it ended differently."""
    return next((code for code in PRECEDENCE if code in codes), ExitCode.PASS)


Given = str | int | float | PurePath | Words | BaseException | Sequence["str | Words | MeshlabError"]
"""What a sentence can be filled with: text and numbers, or other sentences."""


class MeshlabError(Exception):
    """A sentence for a person by its key in words/<language>/errors.json: what happened, to what.

    Beside the sentence there may be `<key>.hint`, what to do next, and `<key>.detail`, what exactly was asked and answered.
    All three take the same parameters. A parameter may be another error or Words: its sentence is told in the reader's
    language too. What others have said (an API server, a program) is a parameter as it is.
    """

    exit_code = ExitCode.ENVIRONMENT

    def __init__(self, key: str, /, **parameters: Given) -> None:
        super().__init__(key)
        self.words = Words(f"errors.{key}", {name: _plain(value) for name, value in parameters.items()})
        """The sentence, for whoever tells or keeps it."""

    @classmethod
    def again(cls, words: Words) -> MeshlabError:
        """The error that these words are of, as one of this class."""
        return cls(words.key.removeprefix("errors."), **words.parameters)

    @property
    def message(self) -> str:
        """The sentence in English, for logs and JSON."""
        return tell(self.words)

    @property
    def hint(self) -> str:
        """What to do next, in English; "" where nothing is known."""
        return self.said("hint")

    @property
    def detail(self) -> str:
        """What exactly was asked and answered, in English; "" where the sentence says it all."""
        return self.said("detail")

    def said(self, part: str, language: str = "en") -> str:
        """The `hint` or `detail` in a language, "" where there is none."""
        return said(self.words, part, language)

    def __str__(self) -> str:
        return " ".join(part for part in (self.message, self.detail) if part)


def said(words: Words, part: str, language: str = "en") -> str:
    """The `hint` or `detail` that belongs to an error's words, "" where there is none."""
    key = f"{words.key}.{part}"
    return tell(Words(key, words.parameters), language) if known(key) else ""


def _plain(value: Given) -> Parameter:
    """As JSON can hold it."""
    if isinstance(value, MeshlabError):
        return value.words
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str | int | Words):
        return value
    if isinstance(value, Sequence):
        return [one.words if isinstance(one, MeshlabError) else one for one in value]
    return str(value)


class UsageError(MeshlabError):
    """An argument that cannot mean anything."""

    exit_code = ExitCode.USAGE


class LabError(MeshlabError):
    """A lab, pack or submission that cannot be read; says file, line (1-based) and key of the file where known.

    It is for those who write labs, and in English alone, as the keys of their files are: no other error brings its sentence.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, file: str = "", line: int | None = None, key: str = "", hint: str = "") -> None:
        self.file = file
        self.line = line
        self.key = key
        self._message = message
        super().__init__("lab.unreadable", sentence=str(self), hint=hint)

    @property
    def message(self) -> str:
        """What is wrong, without its place."""
        return self._message

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        parts = [part for part in (place, self.key, self.message) if part]
        return ": ".join(parts)


class EnvironmentFault(MeshlabError):
    """The machine, the engine or meshlab could not do it; never the learner's failure."""


class DiskFull(EnvironmentFault):
    """No room for a file."""


class EngineError(EnvironmentFault):
    """The container engine or kind did not do what was asked."""


class EngineGone(EngineError):
    """The container engine does not answer."""


class ClusterError(EnvironmentFault):
    """The cluster's API did not do what was asked."""

    def __init__(self, key: str, /, *, status: int = 0, **parameters: Given) -> None:
        super().__init__(key, **parameters)
        self.status = status
        """HTTP status of the API server, 0 where there was none."""

    @property
    def answer(self) -> str:
        """The API server's own words where it refused, "" elsewhere."""
        answer = self.words.parameters.get("answer", "")
        return answer if isinstance(answer, str) else ""


class ConnectionLost(ClusterError):
    """The API server does not answer."""


class ApiNotReady(ClusterError):
    """The API server answers that it cannot (5xx, 429)."""


class CredentialsRefused(ClusterError):
    """The API server does not know who asks (401)."""


class ClusterGone(ClusterError):
    """There is no such cluster (any more)."""


class ClusterAsleep(ClusterError):
    """The cluster is there, and does not run."""


class ClusterTaken(ClusterError):
    """Another lab was put on the cluster."""


class KubeconfigGone(ClusterError):
    """The file that leads to the cluster is not there any more."""


class PreparationTimeout(MeshlabError):
    """Something that should become ready did not before its deadline."""

    exit_code = ExitCode.TIMEOUT


class LockedError(MeshlabError):
    """Another meshlab is changing this run at the moment."""

    exit_code = ExitCode.LOCKED


class RefusedError(MeshlabError):
    """A submission or pack asked for what its lab does not allow (see docs on trust)."""

    exit_code = ExitCode.CHECKS_FAILED
