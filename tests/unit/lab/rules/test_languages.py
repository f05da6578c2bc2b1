"""Both languages of a page must say the same: prose is taken apart."""

from __future__ import annotations

from meshlab.lab.rules.languages import parts


def test_prose_is_taken_apart() -> None:
    text = (
        "1. Wait 2.5 s for `v1`, ${a}\n\n[here](https://x/7)\n\n```sh\nls # list\n# only a remark\n\n```\n```text\nany\n```\n"
    )
    found = parts(text)
    assert found.numbers == {"2.5"}
    assert found.variables == {"a"}
    assert found.links == {"https://x/7"}
    assert found.fences == ("ls", "(text)")
    assert len(found.paragraphs) == 2
