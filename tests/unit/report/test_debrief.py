"""The debrief as text: which object is the reference's and which the learner's, at any width."""

from __future__ import annotations

from meshlab.report.debrief import debrief_text
from meshlab.report.matrix_text import width
from meshlab.run.api import Debrief, ObjectPair

PAIR = ObjectPair(name="Service shop/web", reference="a: 1\n", own="a: 1\nnote: 中文中文\n", note="Same.")
GONE = ObjectPair(name="Service shop/old", note="The reference deletes it.")
TOLD = Debrief(step="one", title="One", text="About it.", objects=(PAIR, GONE))


def test_side_by_side_where_it_fits() -> None:
    text = debrief_text(TOLD, "en", 120)
    assert text.startswith("About it.\n\n### Service shop/web")
    (row,) = [line for line in text.splitlines() if line.startswith("a: 1")]
    left, _, right = row.partition(" │ ")
    assert (left.strip(), right) == ("a: 1", "a: 1")
    assert text.endswith("### Service shop/old\n\nThe reference deletes it.")


def test_columns_stay_in_line_whatever_is_in_them() -> None:
    long = ObjectPair(name="x", reference="说明: " + "很长" * 40 + "\nb: 2\n", own="c: " + "y" * 200)
    text = debrief_text(Debrief(step="one", title="One", objects=(long,)), "zh", 120)
    rows = [line for line in text.splitlines() if "│" in line]
    assert len({width(row.partition("│")[0]) for row in rows}) == 1
    assert max(map(width, rows)) <= 120
    joined = "".join(row.partition(" │ ")[0].strip() for row in rows)
    assert "很长" * 40 + "b: 2" in joined.replace(" ", "").replace("b:2", "b: 2")


def test_below_each_other_in_a_narrow_terminal() -> None:
    text = debrief_text(TOLD, "en", 80)
    assert "│" not in text
    assert text.index("The reference:") < text.index("```yaml\na: 1\n```") < text.index("Yours, when the step was done:")
