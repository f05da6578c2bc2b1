"""kind and kubectl: verified before they may run, and put where meshlab finds them first."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from meshlab.cluster.images.pins import ToolPin
from meshlab.cluster.programs.process import run
from meshlab.cluster.setup import failures, tools
from meshlab.cluster.setup.environment import tools_folder
from meshlab.cluster.setup.tools import ensure_tool, fits, present, this_platform
from meshlab.errors import EnvironmentFault
from meshlab.words import tell
from tests.unit.cluster.setup.fake_machine import Machine

KIND = b"#!/bin/sh\necho 9.9.9\n"
GOOD = hashlib.sha256(KIND).hexdigest()


@dataclass
class Site:
    """A download server on this machine."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    longer: int = 0
    """How many bytes more than it sends it promises."""

    def pin(self, *, sha256: str | None = GOOD, published: str = "") -> ToolPin:
        platforms: dict[str, str | None] = {this_platform(): sha256}
        return ToolPin(version="9.9.9", url=f"{self.url}/v${{version}}/kind", sha256=platforms, published=published)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site(files={"/v9.9.9/kind": KIND})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            content = site.files.get(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Length", str(len(content or b"") + site.longer))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


async def had(pin: ToolPin) -> str:
    return tell(await ensure_tool("kind", lambda _: None, pin))


@pytest.mark.parametrize(
    ("name", "version", "good"),
    [
        ("kind", "9.9.9", True),
        ("kind", "9.10.0", True),
        ("kind", "9.9.8", False),
        ("kind", "", False),
        ("kubectl", "9.8.1", True),
        ("kubectl", "9.10.0", True),
        ("kubectl", "9.11.0", False),
    ],
)
def test_which_versions_fit(name: str, version: str, good: bool) -> None:
    assert fits(name, version, ToolPin(version="9.9.9", url="", sha256={})) is good


@pytest.mark.usefixtures("machine")
async def test_a_missing_program_is_downloaded_and_found_first(site: Site) -> None:
    assert await had(site.pin()) == "9.9.9 downloaded"
    assert (await run(str(tools_folder() / "kind"))).text == "9.9.9\n"
    assert await present("kind") == "9.9.9"
    assert [one.name for one in tools_folder().iterdir()] == ["kind"]
    assert await had(site.pin()) == "9.9.9 is there"
    assert len(site.asked) == 1


async def test_one_that_fits_is_left_alone(machine: Machine, site: Site) -> None:
    machine.program("kind", "echo 10.0.0")
    assert await had(site.pin()) == "10.0.0 is there"
    assert site.asked == []


async def test_the_pinned_one_goes_before_an_older_one(machine: Machine, site: Site) -> None:
    machine.program("kind", "echo 0.20.0")
    assert await had(site.pin()) == "9.9.9 downloaded"
    assert await present("kind") == "9.9.9"


@pytest.mark.usefixtures("machine")
async def test_a_tampered_file_is_refused(site: Site) -> None:
    await had(site.pin())
    before = (tools_folder() / "kind").read_bytes()
    site.files["/v9.9.9/kind"] = b"#!/bin/sh\necho 9.9.9 and more\n"
    newer = site.pin(sha256=GOOD[:-1] + "0")
    with pytest.raises(EnvironmentFault, match="the file was deleted"):
        await tools._download(newer, tools_folder() / "kind")
    assert (tools_folder() / "kind").read_bytes() == before
    assert [one.name for one in tools_folder().iterdir()] == ["kind"]


@pytest.mark.usefixtures("machine")
async def test_a_tampered_file_does_not_become_a_program(site: Site) -> None:
    site.files["/v9.9.9/kind"] = b"#!/bin/sh\necho 9.9.9 and more\n"
    with pytest.raises(EnvironmentFault, match=r"kind is missing and could not be installed: .* the file was deleted"):
        await had(site.pin())
    assert list(tools_folder().iterdir()) == []


@pytest.mark.usefixtures("machine")
async def test_a_download_that_breaks_off_is_refused(site: Site) -> None:
    site.longer = 5
    with pytest.raises(EnvironmentFault, match="kind is missing"):
        await had(site.pin())
    assert list(tools_folder().iterdir()) == []


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("published", "message"),
    [
        (f"{GOOD}  kind-linux-amd64\n".encode(), ""),
        (GOOD.upper().encode(), ""),
        (b"0" * 64, "the file was deleted"),
        (b"", "is empty"),
        (None, "answers 404"),
    ],
)
async def test_an_unpinned_file_needs_a_published_checksum(site: Site, published: bytes | None, message: str) -> None:
    if published is not None:
        site.files["/v9.9.9/kind.sha256"] = published
    pin = site.pin(sha256=None, published=".sha256")
    if not message:
        assert await had(pin) == "9.9.9 downloaded"
        return
    with pytest.raises(EnvironmentFault, match=message):
        await had(pin)


@pytest.mark.usefixtures("machine")
async def test_no_checksum_no_program(site: Site) -> None:
    with pytest.raises(EnvironmentFault, match=r"No checksum is known for .*"):
        await had(site.pin(sha256=None))
    assert site.asked == []


@pytest.mark.usefixtures("machine")
async def test_another_platform_is_a_sentence(site: Site) -> None:
    pin = ToolPin(version="9.9.9", url=site.url, sha256={"plan9-mips": None})
    with pytest.raises(EnvironmentFault, match=f"no pinned download for {this_platform()}") as caught:
        await had(pin)
    assert caught.value.hint == "Install kind 9.9.9."


async def test_an_older_one_is_used_where_the_pinned_cannot_be_had(machine: Machine, site: Site) -> None:
    machine.program("kind", "echo 0.20.0")
    site.files.clear()
    assert (await had(site.pin())).startswith("0.20.0 is there and used; 9.9.9 could not be obtained: ")


async def test_the_doctor_hears_why_it_could_not_be_had_until_it_can(machine: Machine, site: Site) -> None:
    machine.program("kind", "echo 0.20.0")
    files, site.files = site.files, {}
    await had(site.pin())
    assert list(failures.known()) == ["kind"]
    assert "404" in tell(failures.known()["kind"])
    site.files = files
    await had(site.pin())
    assert failures.known() == {}


async def test_debian_has_a_package_of_it(root: Machine, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.files.clear()
    script = 'mkdir -p "$(dirname "$2")"; printf "#!/bin/sh\\necho 9.9.10\\n" >"$2"; chmod 755 "$2"'
    monkeypatch.setattr(tools, "images_folder", lambda: root.scripts(**{"stand-ins__tool": script}))
    assert (await had(site.pin())).startswith("9.9.10 from a Debian package; ")


@pytest.mark.parametrize(("script", "message"), [("exit 7", "code 7"), ("true", "does not run on this machine")])
async def test_a_package_that_does_not_help_is_said(
    root: Machine, site: Site, monkeypatch: pytest.MonkeyPatch, script: str, message: str
) -> None:
    site.files.clear()
    monkeypatch.setattr(tools, "images_folder", lambda: root.scripts(**{"stand-ins__tool": script}))
    with pytest.raises(EnvironmentFault, match=message) as caught:
        await had(site.pin())
    assert "404" in caught.value.message
