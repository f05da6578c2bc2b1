"""Names of nodes where there is little room: kind puts the cluster's name before each."""

from __future__ import annotations

import re
from collections.abc import Iterable

OF_KIND = re.compile(r"(?P<cluster>.+)-(?P<role>(control-plane|worker)\d*)")


def shortened(nodes: Iterable[str]) -> dict[str, str]:
    """Each name without the cluster's, `worker2`; as it is where the nodes are of several clusters, or not of kind."""
    matches = {node: OF_KIND.fullmatch(node) for node in nodes if node}
    clusters = {match["cluster"] if match else None for match in matches.values()}
    if len(clusters) != 1 or None in clusters:
        return {node: node for node in matches}
    return {node: match["role"] for node, match in matches.items() if match}


def short_callers(callers: Iterable[str]) -> dict[str, str]:
    """The same of a matrix's callers: `probe@worker2`."""
    every = list(callers)
    nodes = shortened(one.partition("@")[2] for one in every)
    return {one: f"{one.partition('@')[0]}@{nodes[one.partition('@')[2]]}" if "@" in one else one for one in every}
