"""What can befall a lab that is open: a sentence in the learner's language, keys that lead on, and the run survives."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from meshlab.cluster.kube.client import KubeClient
from meshlab.errors import ClusterError, ConnectionLost, DiskFull, LockedError
from meshlab.report.trouble import told
from meshlab.run.api import Language
from meshlab.run.session import Session
from meshlab.run.store import log
from meshlab.tui.app import MeshlabApp, ended
from meshlab.tui.base.modals import FailureModal
from meshlab.tui.lab import controller
from meshlab.tui.lab.screen import LabScreen
from meshlab.tui.road.screen import HomeScreen
from meshlab.words import Words
from tests.tui.broken_place import BrokenBackend, Place, held_by_another, place
from tests.tui.helpers import fake_shell, make_app, on, says, screen_text, shows, until
from tests.tui.screens import open_lab
from tests.tui.scripted import ScriptedBackend, ScriptedRun
from tests.unit.cluster.api_server import config, pod

WIDE = (120, 34)
BOTH = pytest.mark.parametrize("language", ["en", "zh"])


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again in seconds is tried again at once."""
    monkeypatch.setattr(controller, "RETRY_AFTER", 0.05)
    monkeypatch.setattr(controller, "LOOK_EVERY", 0.1)


@asynccontextmanager
async def open_place(found: Place, language: Language = "en") -> AsyncIterator[Pilot[Any]]:
    """The lab's screen over the real run, once it has seen the pods."""
    backend = BrokenBackend(found)
    app = make_app(backend=backend, language=language)
    async with app.run_test(size=WIDE) as pilot:
        app.lab_run, app.prepared = found.facade, True
        screen = LabScreen(found.facade, fake_shell)
        await app.push_screen(screen)
        await until(pilot, lambda: screen.controller.pods, "the pods are seen")
        yield pilot


@BOTH
async def test_a_lost_connection_is_said_and_goes_by_itself(tmp_path: Path, language: Language) -> None:
    title = {"en": "Connection lost", "zh": "连接中断"}[language]
    async with place(tmp_path) as found, open_place(found, language) as pilot:
        before = found.log
        await found.cut()
        await shows(pilot, title, "127.0.0.1", {"en": "Start again", "zh": "重新开始"}[language])
        await found.listen()
        await until(pilot, lambda: isinstance(pilot.app.screen, LabScreen), "it goes by itself")
        await says(pilot, {"en": "It answers again", "zh": "已恢复应答"}[language])
        await until(pilot, lambda: title not in screen_text(pilot.app))
        assert found.log.startswith(before)


async def test_a_connection_that_fails_once_is_no_reason_for_a_modal(tmp_path: Path) -> None:
    error = await _lost(tmp_path)
    async with place(tmp_path) as found, open_place(found) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, LabScreen)
        screen.troubles.failed("look", error)
        assert screen.troubles.lost == "Connection lost"
        assert len(pilot.app.screen_stack) == 2
        await until(pilot, lambda: screen.troubles.lost == "", "the next look goes well")
        assert len(pilot.app.screen_stack) == 2


async def _lost(folder: Path) -> ConnectionLost:
    """What the real client raises where nobody listens."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        client = KubeClient(config(folder, f"http://127.0.0.1:{nobody.getsockname()[1]}"))
        with pytest.raises(ConnectionLost) as raised:
            await client.raw("/readyz")
    await client.close()
    return raised.value


@BOTH
@pytest.mark.parametrize(
    ("state", "said"),
    [
        (None, {"en": "were removed", "zh": "已不存在"}),
        ("paused", {"en": "it is paused", "zh": "已暂停"}),
        ("stopped", {"en": "it is stopped", "zh": "已停止"}),
        ("partial", {"en": "it is incomplete", "zh": "节点不全"}),
    ],
)
async def test_a_cluster_that_dies_is_said_to_and_s_starts_again(
    tmp_path: Path, language: Language, state: str | None, said: dict[str, str]
) -> None:
    async with place(tmp_path) as found, open_place(found, language) as pilot:
        before, app = found.log, pilot.app
        assert isinstance(app, MeshlabApp)
        assert isinstance(app.backend, BrokenBackend)
        app.backend.run.gate.clear()
        found.engine.state = state
        await found.cut()
        await shows(pilot, said[language])
        await pilot.press("s")
        await until(pilot, lambda: on(app, "PreparingScreen"))
        assert app.backend.opened == [found.run.lab_id]
        assert found.log.startswith(before)
        assert Session(found.run).snapshot().answers == {"why": "one"}


async def test_an_engine_that_is_gone_is_named_rather_than_its_cluster(tmp_path: Path) -> None:
    async with place(tmp_path) as found, open_place(found) as pilot:
        found.engine.gone = True
        await found.cut()
        await shows(
            pilot,
            "The container engine is gone",
            "Cannot connect to the Docker",
            "Start Docker or Podman",
        )


@BOTH
@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, {"en": "fetches new credentials", "zh": "凭据已过期"}),
        (503, {"en": "cannot serve just now (503)", "zh": "暂时无法服务（503）"}),
        (429, {"en": "cannot serve just now (429)", "zh": "暂时无法服务（429）"}),
    ],
)
async def test_an_api_server_that_refuses_is_said_and_goes_by_itself(
    tmp_path: Path, language: Language, status: int, said: dict[str, str]
) -> None:
    async with place(tmp_path) as found, open_place(found, language) as pilot:
        found.server.refuse["GET"] = (status, "no")
        await shows(pilot, said[language])
        found.server.refuse.clear()
        await until(pilot, lambda: isinstance(pilot.app.screen, LabScreen))


@BOTH
@pytest.mark.parametrize("which", ["kubeconfig", "learner.kubeconfig"])
async def test_a_kubeconfig_that_is_deleted_is_missed(tmp_path: Path, which: str, language: Language) -> None:
    async with place(tmp_path) as found, open_place(found, language) as pilot:
        (found.run.cluster_folder / which).unlink()
        await shows(pilot, {"en": "The kubeconfig is gone", "zh": "kubeconfig 不见了"}[language], which)
        found.lead_there()
        await until(pilot, lambda: isinstance(pilot.app.screen, LabScreen))


class FullDisk:
    """The module os, but for the log's writes."""

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def write(self, handle: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Call it to fill the disk; give it False to free it."""

    def fill(is_full: bool = True) -> None:
        monkeypatch.setattr(log, "os", FullDisk() if is_full else os)

    return fill  # type: ignore[return-value]


@BOTH
async def test_a_full_disk_costs_what_is_not_written_and_nothing_else(tmp_path: Path, language: Language, full: Any) -> None:
    async with place(tmp_path) as found, open_place(found, language) as pilot:
        await until(pilot, lambda: "kept" in found.facade.snapshot().verdicts)
        before = found.log
        full()
        # The object that a check waits for comes into being: a verdict that has to be noted.
        found.server.put("/api/v1/namespaces/shop/pods/keep", pod("keep"))
        screen = pilot.app.screen
        assert isinstance(screen, LabScreen)
        screen.controller.check()
        await shows(pilot, {"en": "The disk is full", "zh": "磁盘已满"}[language], "log.jsonl")
        assert found.log == before
        full(False)
        await pilot.press("r")
        await until(pilot, lambda: found.facade.snapshot().verdicts["kept"].green, "it is noted now")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert found.log.startswith(before)


@BOTH
async def test_a_second_meshlab_is_named_and_waited_for(tmp_path: Path, language: Language) -> None:
    async with place(tmp_path) as found:
        other = held_by_another(found.run.folder / "lock")
        backend = ScriptedBackend()
        backend.run = found.facade  # type: ignore[assignment]
        app = make_app(backend=backend, language=language)
        before = found.log
        try:
            async with app.run_test(size=WIDE) as pilot:
                await until(pilot, lambda: app.screen.stops)  # type: ignore[attr-defined]
                await pilot.press("enter")
                await shows(pilot, f"{other.pid}", "reset`", {"en": "another", "zh": "另一个"}[language])
                assert found.log == before
                await pilot.press("r")
                await until(pilot, lambda: isinstance(app.screen, FailureModal), "still held")
                await pilot.press("l")
                await until(pilot, lambda: on(app, "HomeScreen"))
        finally:
            other.communicate("")
        assert found.log == before


async def test_a_reset_that_a_lock_keeps_from_being_done_offers_no_key_that_would_not_do_it() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await open_lab(pilot, app, run)
        lab = app.screen
        assert isinstance(lab, LabScreen)
        lab.show_failure(LockedError("run.locked", subject="x", operation="reset", pid=4711, since="12:00:00"))
        await shows(pilot, "4711", "Wait until it is finished")
        assert "Try again" not in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is lab)


async def test_staying_is_possible_and_nobody_asks_twice() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await open_lab(pilot, app, run)
        lab = app.screen
        assert isinstance(lab, LabScreen)
        run.look_error = ClusterError("other", sentence="The API server does not answer.", hint="")
        await shows(pilot, "API server does not answer", "Start again", "To the road")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is lab)
        seen = lab.troubles.failures_in_a_row["look"]
        await until(pilot, lambda: lab.troubles.failures_in_a_row["look"] > seen + 3)
        assert app.screen is lab
        await shows(pilot, "The cluster could not do it")
        run.look_error = None
        await shows(pilot, "● ready")
        run.look_error = ClusterError("other", sentence="It is gone again.", hint="")
        await shows(pilot, "gone again")
        await pilot.press("l")
        await until(pilot, lambda: on(app, "HomeScreen"))


@pytest.mark.parametrize("error", [DiskFull("file.disk-full", path="x"), ValueError("[oops]")])
def test_what_nobody_catches_ends_in_a_sentence_too(
    error: Exception, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: HomeScreen) -> None:
        raise error

    monkeypatch.setattr(HomeScreen, "on_mount", fail)
    app = make_app()
    result = app.run(headless=True)
    said = capfd.readouterr()
    assert "Traceback" not in said.out + said.err
    assert "oops" not in said.out + said.err
    with pytest.raises(type(error)) as raised:
        ended(app, result)
    assert raised.value is error


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_detail_says_what_was_asked_and_answered(language: str) -> None:
    what, why = Words("waits.listing", {"kind": "pods"}), Words("errors.api.late", {"server": "127.0.0.1"})
    it = told(ConnectionLost("cluster.connection-lost", server="127.0.0.1", what=what, why=why), language)
    assert it.kind == "ConnectionLost"
    assert "meshlab start" in it.hint
    assert (
        it.detail
        == {
            "en": "Listing pods: 127.0.0.1 did not answer in time.",
            "zh": "列出 pods：127.0.0.1 没有及时应答。",
        }[language]
    )


def test_an_error_without_words_of_its_own_keeps_its_sentence() -> None:
    it = told(ClusterError("other", sentence="This is it.", hint="Do that."), "zh")
    assert (it.sentence, it.hint, it.detail) == ("This is it.", "Do that.", "")
    assert told(OSError(errno.ENOSPC, "No space left", "/a/file"), "en").sentence.startswith("The disk is full: /a/file")
    assert told(KeyError("x"), "en").kind == ""
