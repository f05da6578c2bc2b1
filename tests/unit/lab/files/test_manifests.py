"""Manifests: order, namespaces, clusters, and a place for what is no object."""

from __future__ import annotations

import pytest

from meshlab.errors import LabError
from meshlab.lab.files.manifests import manifests
from meshlab.lab.load import load_lab
from meshlab.lab.values.template_values import placeholders
from tests.unit.lab.sample_lab import Make, write

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\n"


def test_objects_come_by_file_name_then_position(lab: Make) -> None:
    folder = lab()
    write(folder / "setup/start/20-b.yaml", POD % "c")
    write(folder / "setup/start/10-a.yaml", "# first\n" + POD % "a" + "---\n# empty\n---\n" + POD % "b")
    write(folder / "setup/start/second/00.yaml", POD % "other")
    found = manifests(load_lab(folder), "setup/start")
    names = [(one.cluster, one.object["metadata"]["name"], one.file.rpartition("/")[2], one.line) for one in found]
    assert names == [
        ("main", "a", "10-a.yaml", 2),
        ("main", "b", "10-a.yaml", 8),
        ("main", "c", "20-b.yaml", 1),
        ("second", "other", "00.yaml", 1),
    ]


def test_a_missing_folder_holds_nothing(lab: Make) -> None:
    assert manifests(load_lab(lab()), "setup/base") == []


@pytest.mark.parametrize(
    ("kind", "namespace"),
    [
        ("apiVersion: v1\nkind: Service", "shop"),
        ("apiVersion: v1\nkind: Namespace", None),
        ("apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole", None),
        ("apiVersion: rbac.authorization.k8s.io/v1\nkind: Role", "shop"),
        ("apiVersion: example.com/v1\nkind: Node", "shop"),
    ],
)
def test_the_namespace_is_filled_in_where_there_is_one(lab: Make, kind: str, namespace: str | None) -> None:
    folder = lab(**{"setup/start/a.yaml": f"{kind}\nmetadata: {{name: x}}\n"})
    (found,) = manifests(load_lab(folder), "setup/start")
    assert found.object["metadata"].get("namespace") == namespace


def test_a_namespace_of_ones_own_stays(lab: Make) -> None:
    folder = lab(**{"setup/start/a.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: other}\n"})
    assert manifests(load_lab(folder), "setup/start")[0].object["metadata"]["namespace"] == "other"


def test_a_list_of_objects_is_taken_apart(lab: Make) -> None:
    items = "kind: List\napiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: b}\n"  # noqa: E501
    folder = lab(**{"setup/start/a.yaml": items})
    found = manifests(load_lab(folder), "setup/start")
    assert [(one.object["metadata"]["name"], one.line) for one in found] == [("a", 4), ("b", 7)]


def test_templates_of_the_seat_and_of_the_run(lab: Make) -> None:
    text = POD % "x" + "spec: {image: ${image_shop}, port: ${edge_port}, wait: ${timeout}, ns: ${namespace}}\n"
    loaded = load_lab(lab(**{"setup/start/a.yaml": text}), 7)
    (found,) = manifests(loaded, "setup/start", {"image_shop": "meshlab/shop:1", "edge_port": "3000"})
    assert found.object["spec"] == {"image": "meshlab/shop:1", "port": 3000, "wait": 350, "ns": "shop"}
    assert manifests(loaded, "setup/start", placeholders(loaded))[0].object["spec"]["port"] == 1
    with pytest.raises(LabError, match=r"a\.yaml:4: .*image_shop"):
        manifests(loaded, "setup/start")


def test_values_are_read_as_kubectl_reads_them(lab: Make) -> None:
    text = POD % "x" + "spec: {date: 2024-01-01, time: 12:30:00, mode: 0644, yes: yes, big: 1e3, 8080: on, v: 1.20, x: 0x1F}\n"
    spec = manifests(load_lab(lab(**{"setup/start/a.yaml": text})), "setup/start")[0].object["spec"]
    assert spec == {
        "date": "2024-01-01", "time": "12:30:00", "mode": 420, "yes": True, "big": 1000.0, "8080": True, "v": 1.2, "x": 31,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.yaml", "kind: Pod\nmetadata: {name: x}\n", r"a\.yaml:1: apiVersion: the object has no `apiVersion`"),
        ("a.yaml", "apiVersion: v1\nkind: 3\nmetadata: {name: x}\n", r"a\.yaml:2: kind"),
        ("a.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {}\n", r"a\.yaml:3: metadata\.name: the Pod has no"),
        ("a.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {generateName: x-}\n", "metadata.name"),
        ("a.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: 3}\n", "must be text"),
        ("a.yaml", POD % "a" + "---\n- a\n", r"a\.yaml:5: a Kubernetes object is a mapping"),
        ("a.yaml", "apiVersion: v1\napiVersion: v2\nkind: Pod\nmetadata: {name: x}\n", r"a\.yaml:2: apiVersion: .*twice"),
        ("a.yml", POD % "a", r"only \.yaml files"),
        ("secund/a.yaml", POD % "a", "did you mean `second`"),
        ("second/deeper/a.yaml", POD % "a", "files only"),
    ],
)
def test_what_is_no_object_has_a_place(lab: Make, name: str, text: str, says: str) -> None:
    folder = lab(**{f"setup/start/{name}": text})
    with pytest.raises(LabError, match=says):
        manifests(load_lab(folder), "setup/start")


GIVEN = "apiVersion: v1\nkind: Pod\nmetadata: {name: x, labels: {%s}}\n"


@pytest.mark.parametrize(
    ("labels", "left", "given"),
    [
        ('meshlab.io/given: "true"', None, True),
        ('app: a, meshlab.io/given: "true"', {"app": "a"}, True),
        ("app: a", {"app": "a"}, False),
    ],
)
def test_what_is_given_is_marked_and_the_mark_taken_off(
    lab: Make, labels: str, left: dict[str, str] | None, given: bool
) -> None:
    folder = lab(**{"setup/start/a.yaml": GIVEN % labels})
    (found,) = manifests(load_lab(folder), "setup/start")
    assert found.given is given
    assert found.object["metadata"].get("labels") == left


def test_given_is_true_or_absent(lab: Make) -> None:
    folder = lab(**{"setup/start/a.yaml": GIVEN % "meshlab.io/given: yes"})
    with pytest.raises(LabError, match='is "true" where it stands'):
        manifests(load_lab(folder), "setup/start")
