"""Images that meshlab builds: their files, and the tag that follows from them, so that nothing stale is ever used."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from meshlab.cluster.programs.containers import full
from meshlab.errors import UsageError

PREFIX = "meshlab/"
LOCK = "requirements.lock"
FROM = re.compile(rf"^FROM ({PREFIX}[a-z0-9-]+)$", re.MULTILINE)
BASE = re.compile(r"^FROM (\S+)$", re.MULTILINE)
LEFT_OUT = {"site", "__pycache__"}
"""Names that are made by a build; hidden ones are only read by tools beside it."""


def folder() -> Path:
    """Where the images' folders are: inside an installed package, or beside it in a clone."""
    package = Path(__file__).parents[2]
    inside = package / "_content" / "images"
    return inside if inside.is_dir() else package.parent / "images"


def source(name: str, root: Path | None = None) -> Path:
    """The folder of meshlab/<name>. UsageError when meshlab builds no such image."""
    root = root or folder()
    path = root / name.removeprefix(PREFIX)
    if not (path / "Dockerfile").is_file():
        known = ", ".join(f"{PREFIX}{one.parent.name}" for one in sorted(root.glob("*/Dockerfile")))
        raise UsageError("image.not-built-here", name=name, known=known or "–")
    return path


def files(path: Path) -> list[Path]:
    """All files that make up the image, in a fixed order."""
    return [one for one in sorted(path.rglob("*")) if one.is_file() and _counts(one.relative_to(path))]


def _counts(name: Path) -> bool:
    return not LEFT_OUT & set(name.parts) and not any(part.startswith(".") for part in name.parts) and name.suffix != ".pyc"


def digest(path: Path, *more: str) -> str:
    """Hash of names, contents and executable bits, and of what else decides the image (base, architecture)."""
    total = hashlib.sha256()
    for one in files(path):
        mode = "x" if one.stat().st_mode & 0o100 else "-"
        total.update(f"{one.relative_to(path).as_posix()}\0{mode}\0".encode())
        total.update(hashlib.sha256(one.read_bytes()).digest())
    for word in more:
        total.update(f"\0{word}".encode())
    return total.hexdigest()


def below(name: str, root: Path | None = None) -> str | None:
    """The image of meshlab that this one is built on (`FROM meshlab/shop`); None where it is built on the pinned base."""
    found = FROM.search((source(name, root) / "Dockerfile").read_text(encoding="utf-8"))
    return found[1] if found else None


def tag(name: str, base: str, arch: str, root: Path | None = None) -> str:
    """The reference of the image as these files, what is below it and this architecture make it."""
    short, under = name.removeprefix(PREFIX), below(name, root)
    base = tag(under, base, arch, root) if under else base
    return f"{PREFIX}{short}:{digest(source(short, root), base, arch)[:12]}"


def dockerfile(text: str, under: str = "") -> str:
    """The same Dockerfile upon exactly this image; what it is built upon is named with its registry."""
    text = FROM.sub(f"FROM {under}", text, count=1) if under else text
    return BASE.sub(lambda line: f"FROM {full(line[1])}", text)
