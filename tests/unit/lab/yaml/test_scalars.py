"""Every scalar means something that JSON can hold."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from meshlab.lab.yaml.scalars import meaning


@given(st.text(max_size=30))
def test_every_scalar_means_something_that_json_can_hold(text: str) -> None:
    try:
        value = meaning(text)
    except ValueError:
        return
    assert msgspec.json.decode(msgspec.json.encode(value)) == value
