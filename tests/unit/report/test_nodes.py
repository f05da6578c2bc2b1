"""Names of nodes where there is little room."""

from __future__ import annotations

import pytest

from meshlab.report.nodes import short_callers, shortened


@pytest.mark.parametrize(
    ("nodes", "short"),
    [
        (["meshlab-main-worker", "meshlab-main-worker2"], ["worker", "worker2"]),
        (["a-b-control-plane", "a-b-worker"], ["control-plane", "worker"]),
        (["a-worker"], ["worker"]),
        (["a-worker", "", "a-worker"], ["worker"]),
        (["east-worker", "west-worker"], ["east-worker", "west-worker"]),
        (["a-worker", "ip-10-0-0-7"], ["a-worker", "ip-10-0-0-7"]),
        (["worker"], ["worker"]),
        ([], []),
    ],
)
def test_the_cluster_is_left_out_where_there_is_only_one(nodes: list[str], short: list[str]) -> None:
    assert list(shortened(nodes).values()) == short


def test_callers_without_a_node_stay() -> None:
    callers = ["web", "probe@m-worker", "probe@m-worker2"]
    assert short_callers(callers) == {"web": "web", "probe@m-worker": "probe@worker", "probe@m-worker2": "probe@worker2"}
    assert short_callers(["web"]) == {"web": "web"}
