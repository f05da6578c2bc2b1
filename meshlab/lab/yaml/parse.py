"""YAML to plain JSON values with the line of every key; all that YAML can do wrong is a LabError."""

from __future__ import annotations

from collections.abc import Iterator

from meshlab.errors import LabError
from meshlab.lab.yaml.builder import Builder
from meshlab.lab.yaml.document import Document

__all__ = ["Document", "parse_document", "parse_documents"]


def parse_documents(text: str, file: str, first_line: int = 1) -> list[Document]:
    """All documents of a text, empty ones left out. LabError at the first thing that is not YAML."""
    return list(_parse(text, file, first_line))


def parse_document(text: str, file: str, first_line: int = 1) -> Document:
    """The one document of a text. LabError when there is none, or several."""
    documents = parse_documents(text, file, first_line)
    if not documents:
        raise LabError("the file is empty", file=file, line=first_line)
    if len(documents) > 1:
        raise LabError("only one YAML document is expected here", file=file, line=documents[1].start)
    return documents[0]


def _parse(text: str, file: str, first_line: int) -> Iterator[Document]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = Builder(file, first_line)
    try:
        for event in yaml.parse(text, Loader=loader):
            done = builder.take(event)
            if done is not None:
                yield done
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + first_line if mark else first_line
        said = " ".join(part for part in (error.context, error.problem) if part)
        hint = "Templates and other text with { } : # in them need quotes." if "${" in text or "{{" in text else ""
        raise LabError(f"not valid YAML: {said}", file=file, line=line, hint=hint) from None
    except (yaml.YAMLError, ValueError) as error:
        raise LabError(f"not valid YAML: {str(error).splitlines()[0]}", file=file, line=first_line) from None
