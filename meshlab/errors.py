"""The one tree of errors that reach a user, and the exit codes that commands end with."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum


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


class MeshlabError(Exception):
    """A sentence for a person: what happened, to what; `hint` says what to do next."""

    exit_code = ExitCode.ENVIRONMENT

    def __init__(self, message: str, *, hint: str = "", parameters: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.parameters = dict(parameters or {})
        """For the sentence in the reader's language, where words.trouble has one for the class."""


class UsageError(MeshlabError):
    """An argument that cannot mean anything."""

    exit_code = ExitCode.USAGE


class LabError(MeshlabError):
    """A lab, pack or submission that cannot be read; says file, line (1-based) and key where known."""

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, file: str = "", line: int | None = None, key: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.file = file
        self.line = line
        self.key = key

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        parts = [part for part in (place, self.key, self.message) if part]
        return ": ".join(parts)


class EnvironmentFault(MeshlabError):
    """The machine, the engine or meshlab could not do it; never the learner's failure."""


class DiskFull(EnvironmentFault):
    """No room for a file. Parameters: path."""


class EngineError(EnvironmentFault):
    """The container engine or kind did not do what was asked."""


class EngineGone(EngineError):
    """The container engine does not answer. Parameters: why."""


class ClusterError(EnvironmentFault):
    """The cluster's API did not do what was asked."""

    def __init__(self, message: str, *, hint: str = "", status: int = 0, parameters: Mapping[str, str] | None = None) -> None:
        super().__init__(message, hint=hint, parameters=parameters)
        self.status = status
        """HTTP status of the API server, 0 where there was none."""


class ConnectionLost(ClusterError):
    """The API server does not answer. Parameters: server."""


class ApiNotReady(ClusterError):
    """The API server answers that it cannot (5xx, 429). Parameters: status."""


class CredentialsRefused(ClusterError):
    """The API server does not know who asks (401). Parameters: status."""


class ClusterGone(ClusterError):
    """There is no such cluster (any more). Parameters: cluster, lab."""


class ClusterAsleep(ClusterError):
    """The cluster is there, and does not run. Parameters: cluster, state."""


class ClusterTaken(ClusterError):
    """Another lab was put on the cluster. Parameters: lab, other."""


class KubeconfigGone(ClusterError):
    """The file that leads to the cluster is not there any more. Parameters: path."""


class PreparationTimeout(MeshlabError):
    """Something that should become ready did not before its deadline."""

    exit_code = ExitCode.TIMEOUT


class LockedError(MeshlabError):
    """Another meshlab changes this run just now. Parameters: operation, pid, since."""

    exit_code = ExitCode.LOCKED


class RefusedError(MeshlabError):
    """A submission or pack asked for what its lab does not allow (see docs on trust)."""

    exit_code = ExitCode.CHECKS_FAILED
