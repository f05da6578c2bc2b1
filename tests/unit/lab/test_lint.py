# ruff: noqa: E501  (tables)
"""Lint: a new lab is clean, and each rule finds what it is there for."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from meshlab.errors import UsageError
from meshlab.lab.lint import lint
from meshlab.lab.load import load_lab
from meshlab.lab.problem import Problem
from meshlab.lab.proof import CheckProof, Proof, WrongProof, hashes, write_proof
from meshlab.lab.skeleton import new_lab
from tests.unit.lab.sample_lab import write

PINS = '{"images": {"envoy": {"ref": "envoyproxy/envoy:v1.40.0", "digest": null}, "nginx": {"ref": "nginx:1.22.1", "digest": "sha256:1"}}}'
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: a, image: %s}]}\n"


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A new lab, as `meshlab new` makes it."""
    return new_lab(tmp_path, "3-mine")


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    return write(tmp_path / "pins.json", PINS)


def edit(folder: Path, name: str, old: str, new: str) -> None:
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def found(folder: Path, rule: str, pins: Path | None = None) -> list[Problem]:
    return [one for one in lint(folder, pins) if one.rule == rule]


def test_a_new_lab_has_no_problem_but_its_missing_proof(fresh: Path, pins: Path) -> None:
    assert [(one.rule, one.severity) for one in lint(fresh, pins)] == [("proof", "warning")]
    assert load_lab(fresh).lab.stage == "3"


def test_a_new_lab_does_not_overwrite(fresh: Path) -> None:
    with pytest.raises(UsageError, match="already exists"):
        new_lab(fresh.parent, "3-mine")
    with pytest.raises(UsageError, match="cannot be the id"):
        new_lab(fresh.parent, "My Lab")


def test_a_lab_that_does_not_load_tells_all_of_it(fresh: Path) -> None:
    edit(fresh, "lab.yaml", "minutes: 10", "minuts: 10\nneeds: 3")
    assert {one.rule for one in lint(fresh)} == {"missing-key", "unknown-key", "duplicate-key"}


EDITS: list[tuple[str, str, str, str, str]] = [
    ("text/zh/01-greet.md", "get configmap", "get configmaps", "languages-differ", "fenced block 1 has other commands"),
    ("text/zh/01-greet.md", "```sh", "```sh\nls\n```\n\n```sh", "languages-differ", "fenced"),
    ("text/zh/01-greet.md", "**${word}**", "**词**", "languages-differ", "variables missing: word"),
    ("text/zh/01-greet.md", "# 问候", "# 问候 7", "languages-differ", "numbers too many: 7"),
    ("text/en/01-greet.md", "# Greet", "# Greet\n\nSee [this](https://example.com/a).", "languages-differ", "links missing: https://example.com/a"),
    ("text/zh/01-greet.md", "对象一变化，检查就会变绿。", "The check turns green as soon as the object has changed.", "untranslated", "same paragraph"),
    ("text/zh/01-greet.md", "对象一变化，检查就会变绿。", "It will turn green soon.", "untranslated", "not in the language `zh`"),
    ("text/en/01-greet.md", "# Greet", "# Greet 问候", "untranslated", "not in the language `en`"),
    ("text/zh/lab.yaml", "title: 一句问候", "title: Just one small greeting", "languages-differ", "not translated"),
    ("text/zh/lab.yaml", "  look-at-it:", "  look-at-all:", "languages-differ", "stands only in"),
    ("text/zh/lab.yaml", "  greet: {title: 问候}", "  {}", "words", "no words for `greet`"),
    ("lab.yaml", "        fresh: object.mismatch\n", "", "fresh", "does not say why"),
    ("text/zh/lab.yaml", "  look-at-it:", "  look-at-all:", "words", "no words for `look-at-it`"),
    ("text/en/lab.yaml", "    why: This is the change that the step asks for.\n", "", "words", "needs a title and a why"),
    ("text/en/lab.yaml", "summary: You change one object and see two checks follow.\n", "", "words", "no `summary`"),
    ("text/en/lab.yaml", "title: A greeting", "titel: A greeting", "text", "did you mean"),
    ("text/en/01-greet.md", "**${word}**", "**${wird}**", "page", "${wird}"),
    ("lab.yaml", "    hints:\n", "    experiments: [{id: e, prediction: {kind: choice, choices: [a, b], equals: a}, phases: [{id: p}]}]\n    hints:\n", "words", "`e`"),
    ("solve/01-greet/10-greeting.yaml", "kind: ConfigMap", "kind:", "solution", "no `kind`"),
    ("solve/01-greet/10-greeting.yaml", "${word}", "${image_shop}", "solution", "${image_shop}"),
    ("wrong/other-map/10-farewell.yaml", "kind: ConfigMap", "kind:", "misconception", "no `kind`"),
    ("setup/start/10-objects.yaml", "kind: Namespace", "kind:", "setup", "no `kind`"),
    ("lab.yaml", "farewell-untouched: object.changed}", "}", "guard", "no misconception turns the guard `farewell-untouched` red"),
    ("lab.yaml", "role: guard", "role: guard\n        needs: [greeting-says-it]", "misconception", "is red too, so it is blocked"),
    ("lab.yaml", "fresh: object.mismatch", "fresh: object.mismach", "reason", "did you mean `object.mismatch`"),
    ("lab.yaml", "query: data", "query: 'data['", "query", "cannot be read"),
    ("lab.yaml", "variables:\n", "variables:\n  idle: {token: 4}\n", "unused", "nothing uses the variable `idle`"),
    ("lab.yaml", "minutes: 10", "minutes: 10\nimages: [traefik]", "image", "`traefik` is not in the pin file"),
    ("lab.yaml", "minutes: 10", "minutes: 10\nimages: [envoy]", "digest", "nobody has verified a digest of envoyproxy/envoy:v1.40.0"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "rule", "says"), EDITS)
def test_each_rule_finds_what_it_is_there_for(
    fresh: Path, pins: Path, file: str, old: str, new: str, rule: str, says: str
) -> None:
    edit(fresh, file, old, new)
    problems = found(fresh, rule, pins)
    assert any(says in one.message for one in problems), problems
    assert all(Path(one.file).suffix for one in problems)


@pytest.mark.parametrize(
    ("here", "there", "says"),
    [
        ("{choice: [amber, cobalt, emerald, ruby], lab: 2-other}", "word: {choice: [amber, cobalt, emerald, ruby]}", ""),
        ("{choice: [amber, ruby], lab: 2-other}", "word: {choice: [ruby, amber]}", "declares `word` in another way"),
        ("{choice: [amber, ruby], lab: 2-other}", "world: {choice: [ruby, amber]}", "has no variable `word`"),
        ("{token: 4, lab: 2-other}", "word: {token: 4, lab: 1-one}", "draws `word` as `1-one` does"),
        ("{token: 4, lab: 2-othr}", "word: {token: 4}", "no lab `2-othr`"),
    ],
)
def test_a_value_of_another_lab_is_declared_as_there(fresh: Path, here: str, there: str, says: str) -> None:
    new_lab(fresh.parent, "2-other")
    edit(fresh.parent / "2-other", "lab.yaml", "word: {choice: [amber, cobalt, emerald, ruby]}", there)
    edit(fresh.parent / "2-other", "lab.yaml", "${word}", f"${{{there.partition(':')[0]}}}")
    edit(fresh, "lab.yaml", "{choice: [amber, cobalt, emerald, ruby]}", here)
    problems = found(fresh, "road")
    assert [says in one.message for one in problems] == ([True] if says else [])
    assert [one.severity for one in problems] == (["warning" if "no lab" in says else "error"] if says else [])


def test_chinese_comments_in_commands_are_fine(fresh: Path) -> None:
    edit(fresh, "text/zh/01-greet.md", "kubectl -n shop get", "# 查看\nkubectl -n shop get")
    assert not found(fresh, "languages-differ")


@pytest.mark.parametrize(
    ("image", "says"),
    [
        ("nginx", "not pinned by a tag"),
        ("nginx:latest", "not pinned by a tag"),
        ("registry:5000/nginx", "not pinned by a tag"),
        ("nginx:9", "does not stand in the pin file"),
        ("nginx:1.22.1", "add `nginx`"),
        ("meshlab/shop:1", "write ${image_shop}"),
    ],
)
def test_images_are_pinned(fresh: Path, pins: Path, image: str, says: str) -> None:
    edit(fresh, "lab.yaml", "minutes: 10", "minutes: 10\nimages: [envoy, meshlab/shop]")
    write(fresh / "wrong/other-map/20-pod.yaml", POD % image)
    assert any(says in one.message for one in found(fresh, "image", pins))


@pytest.mark.parametrize("image", ["${image_shop}", "${image_envoy}", "envoyproxy/envoy:v1.40.0"])
def test_pinned_images_are_fine(fresh: Path, pins: Path, image: str) -> None:
    edit(fresh, "lab.yaml", "minutes: 10", "minutes: 10\nimages: [envoy, meshlab/shop]")
    write(fresh / "wrong/other-map/20-pod.yaml", POD % image)
    assert not found(fresh, "image", pins)


def test_without_a_pin_file_a_tag_is_enough(fresh: Path) -> None:
    write(fresh / "wrong/other-map/20-pod.yaml", POD % "nginx:9")
    assert not found(fresh, "image")


@pytest.mark.parametrize(
    "name", ["wrong/nobody/a.yaml", "solve/02-more/a.yaml", "setup/later/a.yaml", "text/en/02-more.md", "notes.txt"]
)
def test_files_that_nothing_reads_are_named(fresh: Path, name: str) -> None:
    write(fresh / name, "x")
    (problem,) = found(fresh, "stray-file")
    assert problem.file.endswith((name, name.rpartition("/")[0]))


def missing(folder: Path, name: str) -> None:
    (folder / name).unlink()


@pytest.mark.parametrize(
    ("name", "rule", "says"),
    [
        ("text/zh/lab.yaml", "text", "does not exist"),
        ("text/zh/01-greet.md", "page", "does not exist"),
        ("text/en/01-greet.md", "page", "does not exist"),
        ("solve/01-greet/10-greeting.yaml", "solution", "has goals but no solution"),
        ("wrong/other-map/10-farewell.yaml", "misconception", "changes nothing"),
        ("setup/start/10-objects.yaml", "setup", "no object in setup/start"),
    ],
)
def test_what_is_missing_is_named(fresh: Path, name: str, rule: str, says: str) -> None:
    missing(fresh, name)
    assert any(says in one.message for one in found(fresh, rule))


def test_a_solution_answers_and_runs(fresh: Path) -> None:
    edit(fresh, "lab.yaml", "    hints:\n", """\
      - {id: asked, fresh: answer.missing, answer: {equals: "1"}}
      - {id: foretold, fresh: experiment.not-run, experiment: {experiment: e}}
    experiments: [{id: e, prediction: {kind: choice, choices: [a, b], equals: a}, phases: [{id: p}]}]
    hints:
""")  # fmt: skip
    said = " ".join(one.message for one in found(fresh, "solution"))
    assert "does not answer `asked`" in said
    assert "does not run the experiment `e`" in said
    assert "gives no prediction for `e`" in said


def proven(folder: Path) -> Proof:
    loaded = load_lab(folder)
    checks = {
        id_: CheckProof(step="greet", kind=one.kind, role=one.role, fresh="fail")
        for id_, one in loaded.lab.all_checks().items()
    }
    wrong = {one.id: WrongProof(step=one.step, red=dict(one.red)) for one in loaded.lab.wrong}
    start, end = {"ConfigMap shop/a": "1"}, {"ConfigMap shop/a": "2"}
    return Proof(lab=folder.name, seed=1, hashes=hashes(loaded), checks=checks, wrong=wrong, reset=True, start=start, end=end)


def test_a_proof_holds_until_a_file_changes(fresh: Path) -> None:
    write_proof(fresh, proven(fresh))
    assert lint(fresh) == []
    edit(fresh, "lab.yaml", "minutes: 10", "minutes: 11")
    (problem,) = lint(fresh)
    assert (problem.severity, problem.message) == ("error", "the proof is stale: lab/lab.yaml has changed")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "this is not a proof"),
        ('{"lab": "3-mine", "seed": 1, "hashes": {}, "extra": 1}', "this is not a proof"),
        ('{"lab": "3-mine", "seed": 1, "hashes": {}}', "is new"),
        ('{"lab": "other", "seed": 1, "hashes": {}}', "the proof is of `other`"),
        ('{"lab": "3-mine", "seed": 1, "hashes": {}}', "says nothing of the check farewell-untouched, greeting-says-it"),
        ('{"lab": "3-mine", "seed": 1, "hashes": {}}', "says nothing of the misconception other-map"),
        ('{"lab": "3-mine", "seed": 1, "hashes": {}}', "says nothing of a reset"),
        ('{"lab": "3-mine", "seed": 1, "hashes": {}}', "nothing of the objects at the start and at the end"),
    ],
)
def test_a_proof_that_does_not_prove(fresh: Path, text: str, says: str) -> None:
    write(fresh / "proof.json", text)
    assert any(says in one.message and one.severity == "error" for one in found(fresh, "proof"))


def test_a_broken_pin_file_is_a_problem_not_an_exception(fresh: Path, tmp_path: Path) -> None:
    assert found(fresh, "pins", write(tmp_path / "bad.json", "{"))


def test_empty_files_are_problems_not_exceptions(fresh: Path) -> None:
    files = [path for path in fresh.rglob("*") if path.is_file() and path != fresh / "lab.yaml"]
    for file in files:
        file.write_text("", encoding="utf-8")
    assert {"text", "page", "setup", "solution", "misconception"} <= {one.rule for one in lint(fresh)}


@pytest.mark.parametrize(
    ("end", "seed", "says"),
    [
        ({"ConfigMap shop/a": "1"}, 1, ""),
        (
            {"ConfigMap shop/a": "0", "Service shop/b": "1"},
            1,
            "is not the solved end of `2-other`: ~ ConfigMap shop/a, - Service shop/b",
        ),
        ({}, 1, "+ ConfigMap shop/a"),
        ({"ConfigMap shop/a": "1"}, 2, "the proof of `2-other` has the seed 2, this one has 1"),
    ],
)
def test_the_proofs_of_the_road_fit_together(fresh: Path, end: dict[str, str], seed: int, says: str) -> None:
    edit(fresh, "lab.yaml", "minutes: 10", "minutes: 10\nprevious: 2-other")
    write_proof(fresh, proven(fresh))
    other = new_lab(fresh.parent, "2-other")
    write_proof(other, replace(proven(other), end=end, seed=seed))
    problems = found(fresh, "road")
    assert [(one.key, one.severity) for one in problems] == ([("previous", "error")] if says else [])
    assert all(says in one.message for one in problems)


def test_a_road_that_nobody_has_compared_is_a_warning(fresh: Path) -> None:
    edit(fresh, "lab.yaml", "minutes: 10", "minutes: 10\nprevious: 2-other")
    assert [(one.message, one.severity) for one in found(fresh, "road")] == [
        ("no lab `2-other` is there to compare with", "warning")
    ]
    write_proof(fresh, proven(fresh))
    new_lab(fresh.parent, "2-other")
    (problem,) = found(fresh, "road")
    assert "`2-other` is not proven" in problem.message
    assert problem.severity == "warning"
