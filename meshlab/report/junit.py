"""Verdicts as JUnit XML: failure is the learner's state, error is the environment, skipped is what was not reached.

The dialect is the one that CI systems agree on: https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree as Tree

from meshlab.check.verdict import Outcome, Verdict
from meshlab.report.text import Title, reason_sentence

TAGS = {
    Outcome.FAIL: "failure",
    Outcome.UNRECOVERABLE: "failure",
    Outcome.PENDING: "error",
    Outcome.ERROR: "error",
    Outcome.BLOCKED: "skipped",
}
UNPRINTABLE = {code: None for code in range(32) if chr(code) not in "\t\n\r"}


def _case(verdict: Verdict, lab: str, title: str, language: str) -> Tree.Element:
    case = Tree.Element("testcase", classname=f"{lab}.{verdict.step}", name=verdict.check, time=f"{verdict.seconds:.3f}")
    tag = TAGS.get(verdict.outcome)
    if tag is None or (tag == "failure" and verdict.severity == "warn"):
        return case
    message = reason_sentence(verdict, language) or ", ".join(verdict.blocked_by)
    body = Tree.SubElement(case, tag, message=clean(message), type=verdict.reason or verdict.outcome.value)
    facts = {"title": title, "expected": verdict.expected, "seen": verdict.seen, "waits for": verdict.waits_for}
    body.text = clean("\n".join(f"{name}: {value}" for name, value in facts.items() if value))
    return case


def clean(text: str) -> str:
    """Without the control characters that XML 1.0 cannot hold."""
    return text.translate(UNPRINTABLE)


def junit(
    lab: str,
    verdicts: Iterable[Verdict],
    title: Title,
    *,
    properties: Mapping[str, str] | None = None,
    language: str = "en",
    error: str = "",
    cause: str = "environment",
) -> str:
    """One testsuite for the lab. `error` is what kept it from being checked at all, `cause` its kind in one word."""
    cases = [_case(one, lab, title(one.check), language) for one in verdicts]
    if error:
        cases.append(_broken(lab, error, cause))
    suite = Tree.Element("testsuite", name=f"meshlab.{lab}", tests=str(len(cases)), time=_seconds(cases))
    for tag, plural in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(plural, str(sum(case.find(tag) is not None for case in cases)))
    holder = Tree.SubElement(suite, "properties")
    for name, value in (properties or {}).items():
        Tree.SubElement(holder, "property", name=f"meshlab.{name}", value=clean(value))
    suite.extend(cases)
    root = Tree.Element("testsuites", suite.attrib)
    root.append(suite)
    Tree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + Tree.tostring(root, encoding="unicode") + "\n"


def _broken(lab: str, error: str, cause: str) -> Tree.Element:
    case = Tree.Element("testcase", classname=f"{lab}.meshlab", name=cause, time="0")
    Tree.SubElement(case, "error", message=clean(error), type=cause)
    return case


def _seconds(cases: list[Tree.Element]) -> str:
    return f"{sum(float(case.get('time', '0')) for case in cases):.3f}"
