"""The container engine by its API: what is there, and orders that take moments. Docker's library asks, Podman answers it too.

What streams or must be cut off (run, exec, build, pull, save) is asked of the engine's program: see `containers.docker`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from meshlab.errors import EngineError, EngineGone
from meshlab.words import told

if TYPE_CHECKING:
    from docker import APIClient

Answer = TypeVar("Answer")
WITHIN = 60.0
LONGEST = 120
"""Seconds after which a thread gives an engine up that says nothing; whoever asked has usually stopped waiting before."""
USUAL = "unix:///var/run/docker.sock"


class Refused(EngineError):
    """The engine answers, and does not do what it was asked: no such container, not in this state."""


def program() -> str:
    """The program of the container engine, chosen as kind chooses it."""
    return os.environ.get("KIND_EXPERIMENTAL_PROVIDER", "") or "docker"


async def ask(question: Callable[[APIClient], Answer], *, deadline: float = WITHIN) -> Answer:
    """What the engine answers. EngineGone when there is none, Refused when it says no, EngineError when it is too slow.

    question: called in a thread of its own. When this is cancelled or too slow, the engine may still do what it was asked.
    """
    answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    # Not asyncio.to_thread: at the end of meshlab nobody should wait for a thread that waits for an engine that hangs.
    Thread(target=_work, args=(question, answer), daemon=True, name="engine").start()
    try:
        async with asyncio.timeout(deadline):
            return await answer
    except TimeoutError as error:
        raise EngineError("engine.slow", seconds=deadline) from error


def _work(question: Callable[[APIClient], Answer], answer: asyncio.Future[Answer]) -> None:
    settle: Callable[[], None]
    try:
        settle = partial(answer.set_result, _asked(question))
    except Exception as error:
        settle = partial(answer.set_exception, error)
    with suppress(RuntimeError):  # The loop may have been closed meanwhile.
        answer.get_loop().call_soon_threadsafe(lambda: None if answer.done() else settle())


def _asked(question: Callable[[APIClient], Answer]) -> Answer:
    from docker.errors import APIError, DockerException
    from requests.exceptions import ReadTimeout, RequestException

    where = program()
    try:
        at = endpoint()
        where = at.host
        return question(_clients.get(at))
    except ReadTimeout as error:
        raise EngineError("engine.slow", seconds=LONGEST) from error
    except APIError as error:
        raise Refused("engine.refused", why=_words(error)) from error
    except (DockerException, RequestException, OSError) as error:
        key = "engine.podman-silent" if program() == "podman" else "engine.silent"
        raise EngineGone(key, why=f"{where}: {_cause(error)}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise EngineError("engine.unreadable", why=repr(error)) from error


def reason(error: EngineError) -> str:
    """Why the engine does not answer, for those who say in words of their own that it does not."""
    return told(error.words.parameters, "en").get("why", error.message)


def _words(error: Any) -> str:
    return " ".join(str(error.explanation or error).split()).rstrip(".")


def _cause(error: BaseException) -> str:
    """What the operating system said, below all that libraries have wrapped around it."""
    inside = [arg for arg in error.args if isinstance(arg, Exception)]
    if below := error.__cause__ or error.__context__ or (inside[0] if inside else None):
        return _cause(below)
    return (error.strerror if isinstance(error, OSError) else None) or " ".join(str(error).split())


class Endpoint(Struct, frozen=True):
    """Where the engine listens."""

    host: str
    """unix:///path, tcp://host:port"""
    context: str = ""
    """The context of Docker's configuration that names it, if one does."""


def endpoint() -> Endpoint:
    """Where the engine's program finds it: meshlab and kind must mean the same one. EngineError for one without this API."""
    match program():
        case "docker":
            return _docker()
        case "podman":
            return Endpoint(os.environ.get("CONTAINER_HOST") or f"unix://{_podman_socket()}")
        case other:
            raise EngineError("engine.no-api", program=other)


def _docker() -> Endpoint:
    """DOCKER_HOST, else the context that is chosen, else the usual socket: the order of Docker's own program."""
    from docker.context import ContextAPI
    from docker.context.config import get_current_context_name

    if host := os.environ.get("DOCKER_HOST"):
        return Endpoint(host)
    name = os.environ.get("DOCKER_CONTEXT") or get_current_context_name()
    if name in ("", "default"):
        return Endpoint(USUAL)
    try:
        found = ContextAPI.get_context(name)
    except Exception as error:  # The library has no narrower one for a file that it cannot read.
        raise EngineError("engine.bad-context", context=name, why=_cause(error)) from error
    if found is None:
        raise EngineError("engine.no-context", context=name)
    return Endpoint(found.Host or USUAL, name)


def _podman_socket() -> Path:
    """The first that is there: of this user, of root, of Podman's virtual machine. Podman listens only where it was told to."""
    home, runtime = Path.home(), os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.geteuid()}"
    machine = home / ".local/share/containers/podman/machine"
    usual = Path("/run/podman/podman.sock") if os.geteuid() == 0 else Path(runtime, "podman/podman.sock")
    found = [usual, machine / "podman.sock", machine / "podman-machine-default/podman.sock"]
    return next((one for one in found if one.exists()), usual)


class _Clients:
    """One client for all threads, made when the first one asks; another one when the engine is another one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._at: Endpoint | None = None
        self._client: APIClient | None = None

    def get(self, at: Endpoint) -> APIClient:
        with self._lock:
            if self._client is None or self._at != at:
                self.close()
                self._client, self._at = _open(at), at
            return self._client

    def close(self) -> None:
        """Give its connections back."""
        client, self._client = self._client, None
        if client is not None:
            client.close()


def _open(at: Endpoint) -> APIClient:
    from docker import APIClient
    from docker.context import ContextAPI
    from docker.utils import kwargs_from_env

    if at.host.startswith("unix://"):
        # The library leaves a socket open that leads nowhere.
        Path(at.host.removeprefix("unix://")).stat()
    tls: Any = ContextAPI.get_context(at.context).TLSConfig if at.context else kwargs_from_env().get("tls")
    return APIClient(base_url=at.host, tls=tls or False, version="auto", timeout=LONGEST)


_clients = _Clients()
