"""The usual procedure, done by hand: kind create cluster --wait, kind load, kubectl apply, kubectl wait."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.bench.objects import manifests, node_image, shop_images
from tests.bench.rows import timed

NAME = "usual"
CONFIG = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes: [{role: control-plane}, {role: worker}, {role: worker}]\n"


@dataclass(frozen=True)
class Usual:
    """Seconds of each part."""

    create: float
    load: float
    apply: float
    wait: float
    loaded_by: str
    """The way in which images could be loaded here."""

    @property
    def whole(self) -> float:
        return self.create + self.load + self.apply + self.wait


def usual_procedure() -> Usual:
    """Measure it once, and leave nothing."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return _measured(Path(folder))
        finally:
            call("kind", "delete", "cluster", "--name", NAME, "--kubeconfig", f"{folder}/kubeconfig")


def _measured(folder: Path) -> Usual:
    config, kubeconfig, objects = (folder / name for name in ("kind.yaml", "kubeconfig", "objects.yaml"))
    config.write_text(CONFIG)
    objects.write_text(manifests())
    images, node = shop_images(), node_image()
    create = ["kind", "create", "cluster", "--name", NAME, "--config", str(config), "--wait", "5m", "--image", node]
    kubectl = ["kubectl", "--kubeconfig", str(kubeconfig)]
    available = ["wait", "-A", "--for=condition=Available", "deployment", "--all", "--timeout=300s"]
    seconds = timed(lambda: call(*create, "--kubeconfig", str(kubeconfig)))
    loading, by = _load(images, folder)
    return Usual(
        create=seconds,
        load=loading,
        apply=timed(lambda: call(*kubectl, "apply", "-f", str(objects))),
        wait=timed(lambda: call(*kubectl, *available)),
        loaded_by=by,
    )


def _load(images: list[str], folder: Path) -> tuple[float, str]:
    """`kind load docker-image`; where it fails, as with images that containerd keeps for Docker, by way of an archive."""
    try:
        return timed(lambda: call("kind", "load", "docker-image", *images, "--name", NAME)), "kind load docker-image"
    except subprocess.CalledProcessError:
        archive = str(folder / "images.tar")
        seconds = timed(lambda: call("docker", "save", "-o", archive, *images))
        seconds += timed(lambda: call("kind", "load", "image-archive", archive, "--name", NAME))
        return seconds, "docker save and kind load image-archive, because kind load docker-image fails on this engine"


def call(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
