"""What a lab's author types: new, lint, packs, checks with their evidence, the debrief."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec
import pytest

from meshlab.check.verdict import Outcome, Verdict
from meshlab.cli.main import run as meshlab
from meshlab.errors import ExitCode
from meshlab.run import catalog as opening
from meshlab.run.checks import judge
from meshlab.run.guide import answers
from meshlab.run.run import Run
from meshlab.run.session import Session
from tests.unit.run.small_run import LAB_ID, config_map, shop, small_run, started, write_lab


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MESHLAB_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("MESHLAB_LANG", "en")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
async def painted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The small lab on a cluster in memory, its first step all but painted; commands find it."""
    run = await started(small_run(tmp_path, shop(config_map("paint", colour="blue"), config_map("keep"))))
    monkeypatch.setattr(opening, "open_run", lambda *_, **__: Session(run))
    return run


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = ExitCode.PASS) -> tuple[str, str]:
    assert meshlab(list(arguments)) == code
    found = capsys.readouterr()
    return found.out, found.err


def test_a_new_lab_lints_and_is_listed(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = told(capsys, "new", "3-mine", "--in", "pack")
    assert out.strip().endswith("3-mine")
    out, _ = told(capsys, "--pack", "pack", "lint", "3-mine", "--format", "json")
    assert [one["rule"] for one in msgspec.json.decode(out)["problems"]] == ["proof"]
    assert "3-mine" in told(capsys, "--pack", "pack", "list")[0]
    assert "no lab `3-mine`" in told(capsys, "lint", "3-mine", code=ExitCode.USAGE)[1]


def test_a_lint_problem_has_its_place(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "new", "3-mine", "--in", "pack")
    (place / "pack/3-mine/text/zh/01-greet.md").unlink()
    out, _ = told(capsys, "--pack", "pack", "lint", "3-mine", code=ExitCode.USAGE)
    assert "pack/3-mine/text/zh/01-greet.md: error: the file does not exist" in out


def test_whoever_goes_on_need_not_name_the_pack_again(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = write_lab(place / "pack").parent
    opening.make_run(opening.RunRequest(lab=LAB_ID, packs=(pack,))).begin()
    assert "A small lab" in told(capsys, "status")[0]
    assert "A small lab" in told(capsys, "--lab", LAB_ID, "--pack", str(pack), "status")[0]
    pack.rename(place / "moved")
    assert f"no lab `{LAB_ID}`" in told(capsys, "status", code=ExitCode.USAGE)[1]
    assert "A small lab" in told(capsys, "--pack", str(place / "moved"), "status")[0]


@pytest.mark.parametrize("explain", [["--explain"], []])
def test_check_explains_with_evidence(painted: Run, explain: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    out, err = told(capsys, "check", "colour", *explain, code=ExitCode.CHECKS_FAILED)
    assert "The paint is red" in out
    assert ("·" in err) is bool(explain)
    assert ("blue" in err) is bool(explain)


def test_what_was_pending_before_it_was_green_is_no_failure(
    painted: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check(*_: object, **__: object) -> AsyncGenerator[Verdict, None]:
        for outcome in (Outcome.PENDING, Outcome.PASS):
            yield Verdict(check="colour", step="paint", kind="object", role="goal", outcome=outcome)

    monkeypatch.setattr(Session, "check", check)
    out, _ = told(capsys, "check", "colour", "--wait")
    assert out.splitlines()[-1] == "1 green"
    assert len(msgspec.json.decode(told(capsys, "check", "--wait", "--format", "json")[0])["verdicts"]) == 1


async def test_the_debrief_is_of_the_last_step_that_is_done(painted: Run, capsys: pytest.CaptureFixture[str]) -> None:
    kube = await painted.kube()
    await kube.apply(config_map("paint", colour="red"))
    answers.answer(painted, "why", "one")
    await judge.check(painted)
    out, _ = told(capsys, "debrief")
    assert out.startswith("Well painted.")
    assert "Your object has everything that the reference has." in out


def test_a_debrief_waits_for_green(painted: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert "once every check of the step has been green" in told(capsys, "debrief", code=ExitCode.USAGE)[1]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--only", "look"], "--only names a part of one lab"),
        (["2-router-mesh", "--only", "look", "--sample", "1"], "exclude each other"),
        (["2-router-mesh", "--pairs"], "at least two labs"),
    ],
)
def test_prove_refuses_what_means_nothing(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert says in told(capsys, "prove", *arguments, code=ExitCode.USAGE)[1]
