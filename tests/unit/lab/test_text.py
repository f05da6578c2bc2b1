"""The words of a lab."""

from __future__ import annotations

import pytest

from meshlab.errors import LabError
from meshlab.lab.load import load_lab
from meshlab.lab.text import lab_text, page
from tests.unit.lab.sample_lab import Make

WORDS = "title: Routers\nchecks: {routed: {title: 'Within ${timeout} ms'}}\nhints: {first-hint: Look.}\n"


def test_words_and_pages_carry_the_values_of_the_seat(lab: Make) -> None:
    loaded = load_lab(lab(**{"text/en/lab.yaml": WORDS, "text/en/01-look.md": "Wait ${timeout} at ${edge_url}, {{ x }}.\n"}), 7)
    assert lab_text(loaded, "en").checks["routed"].title == "Within 350 ms"
    assert page(loaded, "look", "en", {"edge_url": "http://127.0.0.1:9"}) == "Wait 350 at http://127.0.0.1:9, {{ x }}.\n"


def test_what_only_a_run_knows_stays_as_written_without_one(lab: Make) -> None:
    loaded = load_lab(lab(**{"text/en/01-look.md": "At ${edge_url} as ${seat}, ${lab} ${seed}.\n"}), 7)
    assert page(loaded, "look", "en") == "At ${edge_url} as ${seat}, 2-sample 7.\n"


def test_english_stands_in_for_a_missing_language(lab: Make) -> None:
    loaded = load_lab(lab(**{"text/en/lab.yaml": WORDS, "text/en/01-look.md": "English\n", "text/zh/02-break.md": "中文\n"}))
    assert lab_text(loaded, "zh").title == "Routers"
    assert page(loaded, "look", "zh") == "English\n"
    assert page(loaded, "break", "zh") == "中文\n"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("text/en/01-look.md", "one\n${nothing}\n", r"01-look\.md:2: the template \$\{nothing\}"),
        ("text/en/01-look.md", "one\n\nbell \x07\n", r"01-look\.md:3: control character U\+0007"),
    ],
)
def test_a_page_that_cannot_be_shown_says_where(lab: Make, name: str, text: str, says: str) -> None:
    with pytest.raises(LabError, match=says):
        page(load_lab(lab(**{name: text})), "look", "en")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("titel: x\n", "unknown-key|titel"),
        ("title: 3\n", "title: must be text"),
        ("title: x\nchecks: {routed: {titl: x}}\n", "checks.routed"),
    ],
)
def test_words_that_cannot_be_read_say_where(lab: Make, text: str, says: str) -> None:
    with pytest.raises(LabError, match=says):
        lab_text(load_lab(lab(**{"text/en/lab.yaml": text})), "en")


def test_a_step_that_is_not_there(lab: Make) -> None:
    with pytest.raises(LabError, match="did you mean `look`"):
        page(load_lab(lab()), "lock", "en")
