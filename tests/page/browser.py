"""A real browser for the exported page, driven by its DevTools protocol (https://chromedevtools.github.io/devtools-protocol/).

The tests install nothing. `make test` brings Debian's chromium where it runs as root on Debian, as CI does.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import websockets

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
PLACES = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium")
SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-port=0",
)
WITHIN = 60.0


def find() -> str:
    """The browser's program; empty where there is none. MESHLAB_BROWSER names another one."""
    named = os.environ.get("MESHLAB_BROWSER", "")
    found = [shutil.which(one) or "" for one in (named, *NAMES) if one] + [one for one in PLACES if Path(one).exists()]
    return next((one for one in found if one), "")


def bring() -> str:
    """The same; where there is none, root on Debian installs it."""
    if not find() and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", *command], env=environment, stdout=subprocess.DEVNULL, check=False)
    return find()


class Tab:
    """One page. Everything it asked the network for, and everything it complained about, is kept."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._session = ""
        self._loaded = asyncio.Event()
        self.requests: list[str] = []
        self.complaints: list[str] = []

    async def open(self) -> None:
        """A blank page with everything that is listened to."""
        target = (await self.send("Target.createTarget", url="about:blank"))["targetId"]
        self._session = (await self.send("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            await self.send(f"{domain}.enable")

    async def show(self, file: Path, *, scheme: str, width: int, height: int = 900) -> None:
        """Load the page as a reader sees it whose system is `light` or `dark`, in a window of that size."""
        self.requests.clear()
        self.complaints.clear()
        self._loaded.clear()
        await self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await self.send("Emulation.setDeviceMetricsOverride", **metrics)
        await self.send("Page.navigate", url=file.as_uri())
        async with asyncio.timeout(WITHIN):
            await self._loaded.wait()

    async def ask(self, script: str) -> Any:
        """What a script gives on the page."""
        said = await self.send("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in said, said
        return said["result"].get("value")

    async def picture(self) -> bytes:
        """All of the page as PNG."""
        return base64.b64decode((await self.send("Page.captureScreenshot", captureBeyondViewport=True))["data"])

    async def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command and its answer."""
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        command = {"id": number, "method": method, "params": parameters}
        await self._socket.send(json.dumps(command | ({"sessionId": self._session} if self._session else {})))
        async with asyncio.timeout(WITHIN):
            said = await answer
        assert "error" not in said, said
        result: dict[str, Any] = said["result"]
        return result

    async def listen(self) -> None:
        """Until the browser is gone."""
        async for message in self._socket:
            said = json.loads(message)
            if said.get("id") in self._waiting:
                self._waiting.pop(said["id"]).set_result(said)
            else:
                self._hear(said.get("method", ""), said.get("params", {}))

    def _hear(self, method: str, about: dict[str, Any]) -> None:
        if method == "Page.loadEventFired":
            self._loaded.set()
        elif method == "Network.requestWillBeSent":
            self.requests.append(about["request"]["url"])
        elif method in ("Log.entryAdded", "Runtime.exceptionThrown"):
            self.complaints.append(json.dumps(about))


@asynccontextmanager
async def tab(folder: Path) -> AsyncIterator[Tab]:
    """A browser of its own, with nothing kept from elsewhere, ended with the context."""
    process = await asyncio.create_subprocess_exec(
        find(),
        *SWITCHES,
        f"--user-data-dir={folder}",
        # Else it leaves folders in everybody's.
        env=os.environ | {"TMPDIR": str(folder)},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with websockets.connect(await _address(folder, process), max_size=None) as socket:
            one = Tab(socket)
            listening = asyncio.create_task(one.listen())
            await one.open()
            yield one
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _address(folder: Path, process: asyncio.subprocess.Process) -> str:
    """The browser writes port and path of its DevTools into its folder."""
    file = folder / "DevToolsActivePort"
    async with asyncio.timeout(WITHIN):
        while not (file.exists() and len(file.read_text().split()) == 2):
            assert process.returncode is None, "the browser ended at once"
            await asyncio.sleep(0.05)
    port, path = file.read_text().split()
    return f"ws://127.0.0.1:{port}{path}"


if __name__ == "__main__":
    sys.exit(0 if bring() else 1)
