"""Any lab after any other: one walk, and what is left of the lab before is found."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshlab.cluster.progress import Progress
from meshlab.errors import UsageError
from meshlab.run.clusters import sweep
from meshlab.run.prove.pairs import Pair, PairsRequest, circuit, pairs
from tests.unit.run.fake_engine import MemoryEngine
from tests.unit.run.prove import test_prove
from tests.unit.run.prove.test_prove import PAINT
from tests.unit.run.prove.test_road import NEXT_ID, follow
from tests.unit.run.small_run import LAB_ID

place, engine, lab = test_prove.place, test_prove.engine, test_prove.lab


@given(st.lists(st.text("abc", min_size=1, max_size=3), unique=True, max_size=9))
def test_a_tour_makes_each_switch_once(names: Sequence[str]) -> None:
    found = circuit(names)
    assert sorted(pairwise(found)) == sorted(permutations(names, 2))
    assert found[:1] == (list(names[:1]) if len(names) > 1 else [])


async def walked(lab: Path, **how: Any) -> list[Pair]:
    request = PairsRequest(labs=(LAB_ID, NEXT_ID), packs=(lab.parent,), state=lab.parent.parent / "state", **how)
    told: list[Progress | Pair] = []
    found = await pairs(request, told.append)
    assert [event for event in told if isinstance(event, Pair)] == found
    return found


async def test_any_lab_after_any_other(lab: Path, engine: MemoryEngine) -> None:
    follow(lab, {})
    found = await walked(lab)
    assert [(one.from_, one.to, one.ok, one.differences) for one in found] == [
        (LAB_ID, NEXT_ID, True, ()),
        (NEXT_ID, LAB_ID, True, ()),
    ]
    assert [word for word in engine.asked if word.startswith("create")] == engine.asked[:1], "one cluster, kept"
    assert engine.infos == {}
    assert not list((lab.parent.parent / "state/prove/runs").iterdir())


async def test_what_is_left_of_the_lab_before_is_told(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep that overlooks what lives in no namespace."""
    role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: stray}\nrules: []\n"
    (lab / "solve/01-first/20-role.yaml").write_text(role)
    follow(lab, {"17-more": PAINT.replace("paint", "more")})
    swept = sweep.added

    async def overlooks(*how: Any) -> list[Any]:
        return [one for one in await swept(*how) if one["kind"] != "ClusterRole"]

    monkeypatch.setattr(sweep, "added", overlooks)
    found = await walked(lab)
    assert [(one.to, one.ok) for one in found] == [(NEXT_ID, False), (LAB_ID, False)]
    assert "+ ClusterRole stray (rbac.authorization.k8s.io)" in found[0].differences


async def test_a_switch_that_fails_is_a_pair_that_is_not_ok(lab: Path) -> None:
    follow(lab, {"18-bad": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${image_none}}\n"})
    found = await walked(lab)
    assert [one.ok for one in found] == [False, True]
    assert "image_none" in found[0].differences[0]


async def test_one_lab_is_no_pair(lab: Path) -> None:
    with pytest.raises(UsageError, match="at least two labs"):
        await pairs(PairsRequest(labs=(LAB_ID,), packs=(lab.parent,)), lambda _: None)
