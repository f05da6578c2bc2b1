"""The archive for whoever helps: what happened is in it, what lets somebody in is not."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import click
import msgspec
import pytest
from click.testing import CliRunner

from meshlab import logs
from meshlab.cli.main import cli
from meshlab.cluster.api import ClusterSpec
from meshlab.cluster.doctor import ask
from meshlab.cluster.doctor.model import Diagnosis
from meshlab.cluster.kind.files import OwnFiles
from meshlab.cluster.programs import installed
from meshlab.cluster.programs.containers import Node
from meshlab.cluster.programs.process import Finished
from meshlab.errors import EngineError, EngineGone
from meshlab.run import support
from meshlab.run.grade import versions
from meshlab.run.store.paths import Paths

SECRET = "s3cr3t-S3CR3T-s3cr3t"
JOURNAL = f"kubelet: failed to pull image x\nkubeadm join --token {SECRET}\n"


def node(name: str, state: str) -> Node:
    return Node(id=f"id-{name}", name=name, cluster="meshlab-main", role="worker", state=state)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder with something of everything, two nodes, one paused, and secrets in every text."""
    root = tmp_path / "state"
    monkeypatch.setenv("MESHLAB_STATE", str(root))
    monkeypatch.setenv("MESHLAB_TOKEN", f"token={SECRET}")
    monkeypatch.chdir(tmp_path)
    paths = Paths(root)
    texts = {
        logs.file_in(root): f"phase nodes failed\nAuthorization: Bearer {SECRET}\n{Path.home()}/labs\n",
        Path(f"{logs.file_in(root)}.1"): "older\n",
        root / "crashes" / "crash-20260101-000000.txt": f"password: {SECRET}\nTraceback\n",
        paths.run("2-router-mesh") / "log.jsonl": json.dumps({"type": "judged", "token": SECRET}) + "\n",
        paths.run("2-router-mesh") / "values.json": "{}",
        paths.cluster("main") / "kubeconfig": f"client-key-data: {SECRET}\n",
        paths.current: "2-router-mesh",
    }
    for file, text in texts.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    OwnFiles(paths.cluster("main")).begin(ClusterSpec(name="main", workers=1, node_image="node@sha256:0"))

    async def nodes(cluster: str, _: Path) -> list[Node]:
        assert cluster == "meshlab-main"
        return [node("one", "running"), node("two", "paused")]

    async def docker(*argv: str, **_: object) -> Finished:
        return Finished(0, JOURNAL.encode() if "journalctl" in argv else b"boot\n", "on stderr\n")

    async def examine(_: str) -> list[Diagnosis]:
        return [Diagnosis(id="engine", state="problem", text="No engine.")]

    async def version() -> str:
        return "v1"

    async def collected() -> dict[str, str]:
        return {"meshlab": "1"}

    monkeypatch.setattr(support, "own_nodes", nodes)
    monkeypatch.setattr(support, "docker", docker)
    monkeypatch.setattr(support, "examine", examine)
    monkeypatch.setattr(installed, "kubectl_version", version)
    monkeypatch.setattr(ask, "engine_name", version)
    monkeypatch.setattr(versions, "collect", collected)
    return root


NAMES = [
    "crashes/crash-20260101-000000.txt",
    "doctor.json",
    "log/meshlab.log",
    "log/meshlab.log.1",
    "nodes/one/journal.log",
    "nodes/one/running.log",
    "nodes/two/paused.log",
    "run/2-router-mesh/log.jsonl",
    "versions.json",
]


def in_archive(data: bytes) -> dict[str, str]:
    texts = {}
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        for member in archive.getmembers():
            file = archive.extractfile(member)
            assert file is not None
            texts[member.name.partition("/")[2]] = file.read().decode()
    return texts


async def test_everything_is_there_and_no_secret(state: Path) -> None:
    found = await support.collect(Paths(state), "2-router-mesh")
    texts = in_archive(support.pack(found, "folder"))
    assert sorted(texts) == NAMES == [part.name for part in found.parts]
    assert not found.missing
    assert all(SECRET not in text and str(Path.home()) not in text for text in texts.values())
    assert "phase nodes failed" in texts["log/meshlab.log"]
    assert "~/labs" in texts["log/meshlab.log"]
    assert "failed to pull image" in texts["nodes/one/journal.log"]
    assert texts["nodes/two/paused.log"] == "boot\non stderr\n"
    assert json.loads(texts["versions.json"])["meshlab"] == "1"
    assert json.loads(texts["doctor.json"])[0]["id"] == "engine"
    assert json.loads(texts["run/2-router-mesh/log.jsonl"])["type"] == "judged"


async def test_what_cannot_be_had_says_why(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone(*_: object) -> list[Node]:
        raise EngineGone("engine.silent", why="nobody listens")

    monkeypatch.setattr(support, "own_nodes", gone)
    found = await support.collect(Paths(state))
    assert list(found.missing) == ["nodes/meshlab-main"]
    assert "log/meshlab.log" in found.texts


async def test_a_node_that_does_not_answer_costs_its_journal_alone(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def docker(*argv: str, **_: object) -> Finished:
        if "journalctl" in argv:
            raise EngineError("engine.slow", seconds=30)
        return Finished(0, b"boot\n", "")

    monkeypatch.setattr(support, "docker", docker)
    found = await support.collect(Paths(state))
    assert list(found.missing) == ["nodes/one/journal.log"]
    assert "nodes/one/running.log" in found.texts


async def test_of_a_long_text_the_end_is_kept(state: Path) -> None:
    logs.file_in(state).write_text("x" * 2 * support.LONGEST + "\nthe end\n")
    found = await support.collect(Paths(state))
    assert len(found.texts["log/meshlab.log"]) == support.LONGEST
    assert found.texts["log/meshlab.log"].endswith(b"the end\n")


def ran(*arguments: str) -> str:
    assert isinstance(cli, click.Group)
    done = CliRunner().invoke(cli, ["--lang", "en", "support", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_the_command_shows_what_is_in_it(state: Path, tmp_path: Path) -> None:
    told = ran("help.tar.gz")
    for name in NAMES:
        assert f"KiB  {name}\n" in told
    assert f"Written to {tmp_path}/help.tar.gz" in told
    assert sorted(in_archive((tmp_path / "help.tar.gz").read_bytes())) == NAMES
    assert (tmp_path / "help.tar.gz").stat().st_mode & 0o777 == 0o600


def test_the_same_for_a_script(state: Path, tmp_path: Path) -> None:
    told = msgspec.json.decode(ran("--format", "json"))
    assert told["kind"] == "support"
    assert [part["name"] for part in told["parts"]] == NAMES
    assert told["missing"] == {}
    file = Path(told["file"])
    assert file.parent == tmp_path
    assert file.name.startswith("meshlab-support-")
    assert file.stat().st_size == told["bytes"]
