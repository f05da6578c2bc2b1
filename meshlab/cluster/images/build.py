"""Builds an image of meshlab in the container engine: packages are resolved here, so the build itself needs no network."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from meshlab.cluster.images import sources
from meshlab.cluster.programs.containers import EngineFacts, docker, full
from meshlab.cluster.programs.guardian import guardian
from meshlab.cluster.programs.process import run
from meshlab.cluster.versions import at_least
from meshlab.errors import EngineError

PYTHON = "3.11"
PLATFORMS = {"amd64": "x86_64-manylinux_2_28", "arm64": "aarch64-manylinux_2_28"}
WITHIN = 600.0
BUILDKIT_SINCE = "23.0"
"""Engines from this version on build with BuildKit by default; their older builder is going away."""


async def build(path: Path, ref: str, facts: EngineFacts, under: str = "") -> None:
    """Build the folder as ref, upon the image `under` of meshlab where it names one. EngineError."""
    async with context() as folder:
        for one in sources.files(path):
            target = folder / one.relative_to(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(one, target)
        file = folder / "Dockerfile"
        file.write_text(sources.dockerfile(file.read_text(encoding="utf-8"), under), encoding="utf-8")
        if (path / sources.LOCK).exists():
            await packages(folder / sources.LOCK, folder / "site", facts.arch)
        argv = ["build", "--force-rm", "--quiet", "--tag", full(ref), "--build-arg", f"CONTENT={ref.rpartition(':')[2]}"]
        argv += ["--label", "dev.meshlab.image=1", str(folder)]
        await docker(*argv, deadline=WITHIN, env={"DOCKER_BUILDKIT": await _buildkit(facts)})


async def packages(lock: Path, target: Path, arch: str) -> None:
    """Wheels of the lock for Python in the image and the engine's architecture, whatever this machine is. EngineError."""
    from uv import find_uv_bin

    if arch not in PLATFORMS:
        raise EngineError("image.no-packages", arch=arch)
    argv = [find_uv_bin(), "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    argv += ["--python-version", PYTHON, "--python-platform", PLATFORMS[arch]]
    # Copied, not linked: the image must not share files with a cache that is written to.
    argv += ["--link-mode", "copy", "--target", str(target), "--requirements", str(lock)]
    await run(*argv, deadline=WITHIN)


@asynccontextmanager
async def context() -> AsyncIterator[Path]:
    """An empty folder that is gone afterwards, even after a SIGKILL."""
    folder = Path(tempfile.mkdtemp(prefix="meshlab-build-"))
    guardian().watch_folder(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        guardian().forget_folder(folder)


async def _buildkit(facts: EngineFacts) -> str:
    if not at_least(facts.version, BUILDKIT_SINCE):
        return "0"
    return "0" if (await docker("buildx", "version", check=False)).code else "1"
