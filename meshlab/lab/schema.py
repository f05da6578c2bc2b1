"""The JSON Schema of lab.yaml, for editors: labs/lab.schema.json."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from meshlab.lab.model import Lab

ADDRESS = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The schema as JSON values. Values that templates fill in may be written as text everywhere."""
    import msgspec

    made = msgspec.json.schema(Lab)
    made["$defs"] = {name: _plain(one) for name, one in made["$defs"].items()}
    return {"$schema": ADDRESS, "title": "meshlab lab.yaml", **_templates(made)}


def encoded() -> bytes:
    """The file's content."""
    import msgspec

    return msgspec.json.format(msgspec.json.encode(schema()), indent=2) + b"\n"


def write(folder: Path) -> Path:
    """Write it into a labs folder."""
    file = folder / "lab.schema.json"
    file.write_bytes(encoded())
    return file


def _plain(definition: dict[str, Any]) -> dict[str, Any]:
    """Descriptions on one line; a reader of the schema has no use for the source's line breaks."""
    if "description" in definition:
        definition = {**definition, "description": re.sub(r"\s+", " ", definition["description"])}
    return definition


def _templates(value: Any) -> Any:
    """Numbers may be written as a template: an editor sees `${timeout}`, meshlab the number that it becomes."""
    if isinstance(value, list):
        return [_templates(item) for item in value]
    if not isinstance(value, dict):
        return value
    value = {name: _templates(item) for name, item in value.items()}
    if value.get("type") in ("integer", "number"):
        default = {"default": value.pop("default")} if "default" in value else {}
        return {"anyOf": [value, {"type": "string", "pattern": r"\$\{[a-z][a-z0-9_]*\}"}], **default}
    return value


if __name__ == "__main__":
    from meshlab.lab.files.content import labs_folder

    print(write(labs_folder()))
