"""What somebody needs who is to help: collected from this machine and the run, without secrets, into one archive.

Nothing is changed and nothing is sent. A part that cannot be had says why, and the others are there all the same.
"""

from __future__ import annotations

import io
import os
import platform
import tarfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct, field

from meshlab import logs
from meshlab.cluster.doctor import ask, examine
from meshlab.cluster.kind.files import OwnFiles
from meshlab.cluster.kind.nodes import own_nodes
from meshlab.cluster.programs import installed
from meshlab.cluster.programs.containers import PREFIX, Node, docker
from meshlab.errors import MeshlabError
from meshlab.logs.redaction import redacted
from meshlab.run.grade import versions
from meshlab.run.store.paths import Paths
from meshlab.run.store.scratch import PURPOSES

LONGEST = 512 * 1024
"""Bytes of each text, of which the end is kept: with three nodes, less than 10 MiB in all before it is packed."""
LINES = 2000
"""Of each node's journal."""
CRASHES = 5
"""Reports of meshlab's own failures, newest first."""
WITHIN = 30.0
"""Seconds for each question to a node."""
VARIABLES = ("KIND_EXPERIMENTAL_PROVIDER", "DOCKER_HOST", "LANG", "LC_ALL", "TERM", "COLORTERM", "SSH_TTY", "TMUX")
"""Of the environment, beside those that begin with MESHLAB_."""


class Part(Struct, frozen=True):
    """One file of the archive."""

    name: str
    bytes: int


class Collection(Struct):
    """Texts by name, and what could not be had."""

    texts: dict[str, bytes] = field(default_factory=dict)
    missing: dict[str, MeshlabError] = field(default_factory=dict)

    def add(self, name: str, text: str) -> None:
        """Without secrets, and its end where it is long. Secrets go first: half a key would not be known as one."""
        self.texts[name] = redacted(text).encode(errors="replace")[-LONGEST:]

    async def ask(self, name: str, question: Callable[[], Awaitable[str]]) -> None:
        """Add the answer; a MeshlabError is why there is none."""
        try:
            self.add(name, await question())
        except MeshlabError as error:
            self.missing[name] = error

    @property
    def parts(self) -> list[Part]:
        """What is in it, in the order of the names."""
        return [Part(name, len(text)) for name, text in sorted(self.texts.items())]


async def collect(paths: Paths, lab: str = "") -> Collection:
    """Versions, the doctor's findings, meshlab's log and crashes, the log of the lab's run, and the nodes' journals."""
    found = Collection()
    await found.ask("versions.json", _versions)
    await found.ask("doctor.json", _findings)
    log = logs.file_in(paths.root)
    for file in [log, *sorted(log.parent.glob(f"{log.name}.[0-9]"))]:
        _take(found, f"log/{file.name}", file)
    for file in sorted((paths.root / "crashes").glob("crash-*.txt"), reverse=True)[:CRASHES]:
        _take(found, f"crashes/{file.name}", file)
    if lab:
        for name in ("log.jsonl", "journal.jsonl"):
            _take(found, f"run/{lab}/{name}", paths.run(lab) / name)
    await _nodes(found, paths)
    return found


def pack(found: Collection, folder: str) -> bytes:
    """A .tar.gz with everything below one folder."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, text in sorted(found.texts.items()):
            about = tarfile.TarInfo(f"{folder}/{name}")
            about.size, about.mtime, about.mode = len(text), int(time.time()), 0o600
            archive.addfile(about, io.BytesIO(text))
    return target.getvalue()


async def _versions() -> str:
    environment = {name: value for name, value in os.environ.items() if name.startswith("MESHLAB_") or name in VARIABLES}
    told = {
        **await versions.collect(),
        "kubectl": await installed.kubectl_version(),
        "engine-name": await ask.engine_name(),
        "system": platform.platform(),
        "distribution": _distribution(),
        "environment": environment,
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        return ""


async def _findings() -> str:
    return msgspec.json.format(msgspec.json.encode(await examine("en")), indent=2).decode()


def _take(found: Collection, name: str, file: Path) -> None:
    """A file of the state folder, where there is one that can be read."""
    try:
        found.add(name, file.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return


async def _nodes(found: Collection, paths: Paths) -> None:
    for folder in _folders(paths):
        cluster = PREFIX + folder.name
        try:
            nodes = await own_nodes(cluster, OwnFiles(folder).mount)
        except MeshlabError as error:
            found.missing[f"nodes/{cluster}"] = error
            continue
        for node in nodes:
            await _node(found, node)


async def _node(found: Collection, node: Node) -> None:
    """What its first process wrote, and the journal where it can be asked: not of one that is paused or has stopped."""

    async def output() -> str:
        told = await docker("logs", "--tail", "300", node.id, deadline=WITHIN)
        return told.text + told.err

    async def journal() -> str:
        units = ("-u", "kubelet", "-u", "containerd")
        told = await docker("exec", node.id, "journalctl", "--no-pager", "-q", "-n", str(LINES), *units, deadline=WITHIN)
        return told.text

    await found.ask(f"nodes/{node.name}/{node.state}.log", output)
    if node.state == "running":
        await found.ask(f"nodes/{node.name}/journal.log", journal)


def _folders(paths: Paths) -> Iterator[Path]:
    """Of the clusters that were made from this state folder."""
    for root in (paths, *(Paths(paths.root / purpose) for purpose in PURPOSES)):
        if root.clusters.is_dir():
            yield from (folder for folder in sorted(root.clusters.iterdir()) if folder.is_dir() and OwnFiles(folder).ours)
