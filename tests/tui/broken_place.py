"""A lab that is open on a cluster that can be broken: the run, its clients and its files are the real ones.

What is not: the API server is one of our own on this machine, and the engine only says what it was told to say.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from meshlab.cluster.api import OWN, Capabilities, ClusterInfo
from meshlab.errors import EngineError
from meshlab.run.accounts import learner
from meshlab.run.api import LabRun, Language
from meshlab.run.catalog import RunRequest, make_run
from meshlab.run.run import Run
from meshlab.run.session import Session
from meshlab.run.store import events
from tests.tui.scripted import ScriptedBackend, ScriptedRun
from tests.unit.cluster.api_server import ApiServer, config, pod
from tests.unit.run.small_run import LAB_ID, LAB_YAML, PAGES, TEXT

ONE_STEP = LAB_YAML.partition("- id: second")[0].replace("kind: ConfigMap, name: keep", "kind: Pod, name: keep")
HOLD = """
import fcntl, json, os, sys, time
handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
fcntl.flock(handle, fcntl.LOCK_EX)
os.pwrite(handle, json.dumps({"pid": os.getpid(), "operation": "reset", "since": time.time()}).encode(), 0)
print("held", flush=True)
sys.stdin.read()
"""


class ToldEngine:
    """The container engine, as far as looking goes. `state` None: it has no such cluster; `gone`: it does not answer."""

    name = "told"
    traits = OWN

    def __init__(self) -> None:
        self.state: str | None = "running"
        self.gone = False

    async def find(self, name: str, folder: Path) -> ClusterInfo | None:
        if self.gone:
            raise EngineError("other", sentence="docker ps ended with 1: Cannot connect to the Docker daemon.", hint="")
        if self.state is None:
            return None
        return ClusterInfo(
            name=name,
            engine=self.name,
            traits=self.traits,
            kubeconfig=folder / "kubeconfig",
            context="here",
            state=self.state,
            capabilities=Capabilities(),
        )


class Place:
    """All that can be broken, and the run."""

    def __init__(self, folder: Path) -> None:
        self.engine = ToldEngine()
        self.server = ApiServer()
        self.run = self._run(folder)
        self.facade = Session(self.run)
        self._runner: web.AppRunner | None = None
        self._port = 0

    def _run(self, folder: Path) -> Run:
        lab = folder / "pack" / LAB_ID
        (lab / "text/en").mkdir(parents=True)
        (lab / "lab.yaml").write_text(ONE_STEP)
        (lab / "text/en/lab.yaml").write_text(TEXT.replace("${seat}", "${seed}"))
        (lab / "text/en/01-first.md").write_text(PAGES["01-first"])
        run = make_run(RunRequest(lab=LAB_ID, state=folder / "state", packs=(folder / "pack",)))
        run.clients._engine = self.engine  # type: ignore[assignment]
        return run

    @property
    def kubeconfig(self) -> Path:
        return self.run.cluster_folder / "kubeconfig"

    @property
    def log(self) -> bytes:
        return self.run.log.file.read_bytes()

    async def listen(self) -> None:
        """The API server answers, always on the same port."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.server.handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()
        self._port = self._runner.addresses[0][1]

    async def cut(self) -> None:
        """Nobody listens there any more."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def lead_there(self) -> None:
        """Write both kubeconfigs."""
        self.run.cluster_folder.mkdir(parents=True, exist_ok=True)
        config(self.run.cluster_folder, f"http://127.0.0.1:{self._port}")
        (self.run.cluster_folder / learner.FILE).write_text("{}")


@asynccontextmanager
async def place(folder: Path) -> AsyncIterator[Place]:
    """A lab that was prepared, with its first answer given."""
    found = Place(folder)
    await found.listen()
    found.lead_there()
    found.server.put("/api/v1/namespaces/shop/pods/web-1", pod("web-1", labels={"app": "web"}))
    found.run.begin()
    found.run.append(events.Prepared(seconds=1.0), events.Answered(check="why", text="one"))
    try:
        yield found
    finally:
        await found.facade.close()
        await found.cut()


class BrokenBackend(ScriptedBackend):
    """Opens the real run once; whoever starts again gets a scripted one, which stands still while it is prepared."""

    def __init__(self, place: Place) -> None:
        super().__init__(ScriptedRun())
        self.place = place
        self.opened: list[str] = []

    async def open(self, lab: str, language: Language) -> LabRun:
        self.opened.append(lab)
        return self.run


def held_by_another(lock: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock as a meshlab would; it lets go when its input is closed."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "held"
    assert json.loads(lock.read_bytes())["pid"] == child.pid
    return child
