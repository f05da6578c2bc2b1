"""A traced request as text: every hop, aligned, and what could not be read."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from meshlab.report.matrix_text import width
from meshlab.report.trace_text import reveal, trace_rows, trace_text
from meshlab.run.api import Hop, Trace
from tests.tui.scripted_samples import example_trace


def test_hops_stand_under_each_other() -> None:
    lines = trace_text(example_trace("v1")).splitlines()
    assert lines[0] == "GET http://web:8080/  200  16.4 ms  k7f2-01"
    names = [line.split("200")[0].split("503")[0].rstrip() for line in lines[2:]]
    assert names[:4] == ["○ probe", "╰─▶ ◆ edge", "    ╰─▶ ● web v1", "        ├─▶ ◆ router"]
    columns = {width(line[: line.index(" ms")]) for line in lines[2:]}
    assert len(columns) == 1


def test_two_routes_are_two_drawings() -> None:
    assert trace_text(example_trace("v1")) != trace_text(example_trace("v2"))


def test_failures_and_gaps_are_said() -> None:
    trace = replace(example_trace("v1"), missing=("log of the router: gone",))
    text = trace_text(trace, "zh")
    assert "http_5xx" in text
    assert "未能读取：log of the router: gone" in text


def test_a_request_that_nobody_answered() -> None:
    trace = Trace(nonce="n", url="http://web/", status=0, ms=0, root=Hop(kind="client", name="you", error="refused"))
    assert "refused" in trace_text(trace)


def test_a_drawing_can_grow_hop_by_hop() -> None:
    rows = trace_rows(example_trace("v1"))
    assert len(reveal(rows, 3)) == 5


@pytest.mark.parametrize("space", [70, 76, 90, 110, 136])
def test_a_narrow_place_has_shorter_bars_and_no_pods_but_every_error(space: int) -> None:
    rows = trace_rows(example_trace("v1"), "en", space)
    text = ["".join(text for text, _ in row).rstrip() for row in rows]
    assert max(map(width, text)) <= space
    assert "http_5xx" in text[-1]
    assert all("━" in line for line in text[2:])
    assert ("@worker" in text[-1]) == (space >= 110)
