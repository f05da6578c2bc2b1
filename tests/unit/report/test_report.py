"""Reports: every outcome has its glyph, its JUnit tag and its words; foreign text cannot break the XML."""

from __future__ import annotations

from xml.etree import ElementTree as Tree

import msgspec
import pytest

from meshlab.check.verdict import Outcome, Verdict
from meshlab.cluster.progress import Progress
from meshlab.errors import ExitCode
from meshlab.report.envelope import envelope, line, plain
from meshlab.report.glyphs import GLYPHS
from meshlab.report.grade import grade_report
from meshlab.report.junit import junit
from meshlab.report.text import report, summary
from meshlab.run.api import Hop, StepState, Trace
from meshlab.run.grade.grade import GradeReport
from meshlab.run.prove.events import ProofEvent
from meshlab.run.prove.pairs import Pair


def verdict(outcome: Outcome, **facts: object) -> Verdict:
    base = {"check": f"a-{outcome}", "step": "one", "kind": "object", "role": "goal", "outcome": outcome}
    return msgspec.convert(base | facts, Verdict)


ALL = [verdict(outcome) for outcome in Outcome]


def test_every_outcome_has_a_glyph_of_its_own() -> None:
    assert len(set(GLYPHS.values())) == len(Outcome)


@pytest.mark.parametrize(
    ("outcome", "tag"),
    [
        (Outcome.PASS, None),
        (Outcome.FAIL, "failure"),
        (Outcome.UNRECOVERABLE, "failure"),
        (Outcome.PENDING, "error"),
        (Outcome.ERROR, "error"),
        (Outcome.BLOCKED, "skipped"),
    ],
)
def test_junit_keeps_failure_error_and_skipped_apart(outcome: Outcome, tag: str | None) -> None:
    case = Tree.fromstring(junit("lab", [verdict(outcome)], str)).find(".//testcase")
    assert case is not None
    assert [child.tag for child in case] == ([tag] if tag else [])


def test_junit_counts_what_it_holds() -> None:
    suite = Tree.fromstring(junit("lab", ALL, str)).find("testsuite")
    assert suite is not None
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "6",
        "failures": "2",
        "errors": "2",
        "skipped": "1",
    }


def test_junit_survives_control_characters_and_markup() -> None:
    bad = verdict(Outcome.FAIL, seen="\x1b[31m<x>&\x00")
    text = Tree.fromstring(junit("lab", [bad], str)).findtext(".//failure")
    assert text is not None
    assert "<x>&" in text


def test_a_warning_is_no_failure_in_junit() -> None:
    assert "<failure" not in junit("lab", [verdict(Outcome.FAIL, severity="warn")], str)


def test_environment_error_stands_alone() -> None:
    root = Tree.fromstring(junit("lab", [], str, error="no engine"))
    assert root.get("errors") == "1"
    assert [(case.get("name"), error.get("type")) for case in root.iter("testcase") for error in case] == [("environment",) * 2]


def test_what_kept_a_lab_from_being_checked_has_its_kind() -> None:
    report = GradeReport(lab="2-router-mesh", code=ExitCode.USAGE, error="lab.yaml:3: no")
    root = Tree.fromstring(grade_report(report, "junit", "en"))
    assert [case.get("name") for case in root.iter("testcase")] == ["usage"]


def test_a_grade_brings_the_titles_that_its_report_shows() -> None:
    titles = {"en": {"a-pass": "The paint is red"}, "zh": {"a-pass": "颜料是红色的"}}
    grade = GradeReport(lab="no-such-lab", verdicts=(verdict(Outcome.PASS),), titles=titles)
    assert "The paint is red" in grade_report(grade, "text", "en")
    assert "颜料是红色的" in grade_report(grade, "text", "zh")
    assert "a-pass" in grade_report(GradeReport(lab="no-such-lab", verdicts=(verdict(Outcome.PASS),)), "text", "en")


def test_text_says_why_expected_and_seen() -> None:
    text = report([verdict(Outcome.FAIL, reason="my.reason", expected="200", seen="504")], lambda _: "The title")
    assert "✘ The title" in text
    for part in ("my.reason", "200", "504"):
        assert part in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_summary_has_words_for_every_outcome(language: str) -> None:
    text = summary(ALL, language)
    assert text.count("1 ") == len(Outcome)
    assert "report." not in text


class Half(msgspec.Struct, frozen=True, omit_defaults=True, rename="kebab", tag="half"):
    """What files leave out, scripts get."""

    some_thing: bool = False
    inner: tuple[Verdict, ...] = ()
    by_name: dict[Outcome, Verdict] = msgspec.field(default_factory=dict)
    with_: str = msgspec.field(default="", name="with")
    unset: str | msgspec.UnsetType = msgspec.UNSET


def test_json_has_every_field_with_its_default() -> None:
    empty = msgspec.json.decode(line("k", half=Half()))["half"]
    assert empty == {"type": "half", "some-thing": False, "inner": [], "by-name": {}, "with": ""}
    one = ALL[0]
    half = Half(inner=(one,), by_name={Outcome.PASS: one})
    for encode in (line, envelope):
        found = msgspec.json.decode(encode("k", half=half))["half"]
        assert found["inner"][0].keys() == found["by-name"]["pass"].keys() == set(Verdict.__struct_encode_fields__)
        assert found["inner"][0]["reason"] == ""


PRINTED = [
    ALL[0],
    GradeReport(lab="a"),
    Pair(from_="a", to="b", seconds=1.0, ok=True),
    Progress(phase="a"),
    ProofEvent(kind="phase"),
    StepState(id="a", title="A"),
    Trace(nonce="a", url="b", status=200, ms=1.0, root=Hop(kind="client", name="a", hops=(Hop(kind="service", name="b"),))),
]


@pytest.mark.parametrize("value", PRINTED, ids=lambda one: type(one).__name__)
def test_what_commands_print_is_whole_and_reads_back(value: msgspec.Struct) -> None:
    shown = plain(value)
    assert list(shown) == list(value.__struct_encode_fields__)
    assert msgspec.convert(shown, type(value)) == value


def test_envelope_has_a_schema() -> None:
    assert msgspec.json.decode(envelope("verdicts", verdicts=ALL))["schema"] == 1
    assert "\n" not in line("verdict", verdict=ALL[0])
