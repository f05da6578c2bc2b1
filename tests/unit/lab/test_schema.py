"""The published schema is that of the model."""

from __future__ import annotations

import json

from meshlab.lab.checks import KINDS, Check
from meshlab.lab.files.content import labs_folder
from meshlab.lab.schema import encoded


def test_the_published_schema_is_current() -> None:
    assert (labs_folder() / "lab.schema.json").read_bytes() == encoded(), "run: python -m meshlab.lab.schema"


def test_the_schema_knows_every_kind_of_check() -> None:
    properties = json.loads(encoded())["$defs"]["Check"]["properties"]
    assert set(KINDS) <= properties.keys()


def test_every_kind_is_a_field_of_a_check() -> None:
    assert {kind.replace("-", "_") for kind in KINDS} <= set(Check.__struct_fields__)
